/**
 * Makes the picture of a workflow from its document.
 *
 * The flow of a list of steps goes from each to the next; where a list ends, it goes on to what its surroundings say. A
 * block is a box around its steps, and what comes after it starts at its border; so its last step needs no arrow, unless
 * several ways through the block end, or one has a condition: then they meet in a marker `exit`. A switch is a step with
 * an arrow for each case; the steps of its cases stand beside it, so that a reader follows arrows and not borders. Only a
 * switch with a timeout, a retry or an `on_error` of its own, which hold for all its cases, is a block.
 */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type {
  ForeachStep,
  LoopStep,
  ParallelStep,
  Step,
  SwitchCase,
  SwitchStep,
  Trigger,
} from '../compiler/document.ts'
import { type Chart, type ChartEdge, type ChartNode, createNode, type EdgeKind, walkNodes } from './chart.ts'
import { describeStep, expressionText, listBadges, type Presets } from './describe-step.ts'

export type ChartSource = Pick<CompiledWorkflow, 'workflow' | 'plans'>

export const createChart = ({ workflow, plans }: ChartSource): Chart => {
  const drawing = new Drawing(plans, workflow.presets)
  const [first] = workflow.steps
  const triggers = workflow.triggers.map(toTriggerNode)
  for (const { id } of triggers) drawing.connect(id, 'start--')
  drawing.connect('start--', first?.id.value ?? 'end--')
  const steps = drawing.drawList(workflow.steps, { onward: 'end--', end: 'end--', scope: '' })
  const end = createNode('end--', 'end', { title: 'end' })
  const nodes = [...triggers, createNode('start--', 'start', { title: 'start' }), ...steps, end]
  const edges = leadToConditions(nodes, drawing.edges).map((edge, index) => ({ ...edge, id: `edge-${index + 1}` }))
  return {
    title: workflow.name.value,
    description: workflow.description?.value ?? '',
    ...dropNeedlessExits(nodes, edges),
  }
}

/** What lies around a list of steps. */
interface Surroundings {
  /** The node that comes after its last step. */
  onward: string
  /** The node that `next: end` leads to. */
  end: string
  /** The path of the foreach around it. */
  scope: string
}

type NewEdge = Omit<ChartEdge, 'id'>

class Drawing {
  readonly edges: NewEdge[] = []
  readonly #plans: ChartSource['plans']
  readonly #presets: Presets

  constructor(plans: ChartSource['plans'], presets: Presets) {
    this.#plans = plans
    this.#presets = presets
  }

  connect(from: string, to: string, { label = '', kind = 'flow' }: { label?: string; kind?: EdgeKind } = {}): void {
    this.edges.push({ from, to, label, kind })
  }

  drawList(steps: readonly Step[], around: Surroundings): ChartNode[] {
    return steps.flatMap((step, index) => {
      const sibling = steps[index + 1]
      const after = sibling?.id.value ?? around.onward
      const onward = step.next === undefined ? after : resolve(step.next.value, around)
      return this.#drawStep(step, { ...around, onward })
    })
  }

  /** `around.onward` is what comes after this step. */
  #drawStep(step: Step, around: Surroundings): ChartNode[] {
    const id = step.id.value
    const gate = this.#drawGate(step, around)
    const nodes = this.#drawBody(step, around)
    if (!isFlat(step) && step.kind !== 'fail') this.connect(id, around.onward)
    this.#connectErrors(step, around)
    return [...gate, ...nodes]
  }

  /** The condition under which a step runs at all. */
  #drawGate(step: Step, { onward }: Surroundings): ChartNode[] {
    if (step.when === undefined) return []
    const gate = gateOf(step.id.value)
    this.connect(gate, step.id.value, { label: expressionText(step.when) })
    this.connect(gate, onward, { label: 'else' })
    return [createNode(gate, 'choice')]
  }

  #drawBody(step: Step, around: Surroundings): ChartNode[] {
    switch (step.kind) {
      case 'switch':
        return isFlat(step) ? this.#drawFlatSwitch(step, around) : [this.#drawSwitchBlock(step, around)]
      case 'parallel':
        return [this.#drawParallel(step, around)]
      case 'foreach':
        return [this.#drawForeach(step, around)]
      case 'loop':
        return [this.#drawLoop(step, around)]
      case 'do': {
        const exit = exitOf(step)
        return [this.#block(step, around, this.drawList(step.steps, { ...around, onward: exit }), [exit])]
      }
      default:
        return [this.#toNode(step, 'step', around)]
    }
  }

  #drawFlatSwitch(step: SwitchStep, around: Surroundings): ChartNode[] {
    return [this.#toNode(step, 'step', around), ...this.#drawCases(step, step.id.value, around)]
  }

  #drawSwitchBlock(step: SwitchStep, around: Surroundings): ChartNode {
    const [choice, exit] = [`${step.id.value}--choice`, exitOf(step)]
    const cases = this.#drawCases(step, choice, { ...around, onward: exit })
    return this.#block(step, around, [createNode(choice, 'choice'), ...cases], [exit])
  }

  #drawCases(step: SwitchStep, from: string, around: Surroundings): ChartNode[] {
    const nodes = step.cases.flatMap(({ when, then }): ChartNode[] => {
      this.connect(from, targetOf(then, around), { label: when === undefined ? 'else' : expressionText(when) })
      return then.kind === 'do' ? this.drawList(then.steps, around) : []
    })
    if (step.cases.every(({ when }) => when !== undefined)) this.connect(from, around.onward, { label: 'else' })
    return nodes
  }

  #drawParallel(step: ParallelStep, around: Surroundings): ChartNode {
    const branches = step.branches.map(({ name, steps }) => {
      const id = `${step.id.value}--branch-${name.value}`
      const exit = `${id}--exit`
      const children = this.drawList(steps, { ...around, onward: exit })
      return createNode(id, 'branch', { title: name.value, children: [...children, createNode(exit, 'exit')] })
    })
    return this.#block(step, around, branches)
  }

  #drawForeach(step: ForeachStep, around: Surroundings): ChartNode {
    const exit = exitOf(step)
    const inside = { onward: exit, end: exit, scope: pathOf(step, around) }
    return this.#block(step, around, this.drawList(step.steps, inside), [exit])
  }

  #drawLoop(step: LoopStep, around: Surroundings): ChartNode {
    const repeat = `${step.id.value}--repeat`
    const [first] = step.steps
    const children = this.drawList(step.steps, { ...around, onward: repeat })
    const label = `${step.test.kind} ${expressionText(step.test.expression)}`
    if (first !== undefined) this.connect(repeat, first.id.value, { label, kind: 'repeat' })
    return this.#block(step, around, [...children, createNode(repeat, 'repeat')])
  }

  #block(step: Step, around: Surroundings, children: ChartNode[], exits: readonly string[] = []): ChartNode {
    const markers = exits.map((exit) => createNode(exit, 'exit'))
    return { ...this.#toNode(step, 'block', around), children: [...children, ...markers] }
  }

  #toNode(step: Step, shape: 'step' | 'block', around: Surroundings): ChartNode {
    const id = step.id.value
    return createNode(id, shape, {
      kind: step.kind,
      icon: step.kind === 'wait' && step.wait.kind === 'event' ? 'event' : step.kind,
      title: id,
      detail: describeStep(step, this.#plans.get(id)),
      badges: listBadges(step, this.#presets),
      description: step.description?.value ?? '',
      path: pathOf(step, around),
    })
  }

  /** One arrow to each step that takes over, with the codes that lead to it. */
  #connectErrors(step: Step, around: Surroundings): void {
    const { onError } = step
    if (onError === undefined) return
    const cases =
      onError.kind === 'all'
        ? [{ code: 'any fault', action: onError.action.value }]
        : onError.cases.map(({ code, action }) => ({ code: code.value, action: action.value }))
    const codes = new Map<string, string[]>()
    for (const { code, action } of cases)
      if (action !== 'fail' && action !== 'continue') codes.set(action, [...(codes.get(action) ?? []), code])
    for (const [action, reasons] of codes)
      this.connect(step.id.value, resolve(action, around), { label: reasons.join(', '), kind: 'error' })
  }
}

const gateOf = (id: string): string => `${id}--when`

const exitOf = ({ id }: Step): string => `${id.value}--exit`

const pathOf = ({ id }: Step, { scope }: Surroundings): string => (scope === '' ? id.value : `${scope}/${id.value}`)

const resolve = (target: string, { end }: Surroundings): string => (target === 'end' ? end : target)

const targetOf = (then: SwitchCase['then'], around: Surroundings): string => {
  if (then.kind === 'continue') return around.onward
  if (then.kind === 'next') return resolve(then.next.value, around)
  const [first] = then.steps
  return first?.id.value ?? around.onward
}

/** A switch without anything that holds for all its cases. */
const isFlat = (step: Step): boolean =>
  step.kind === 'switch' && step.timeoutMs === undefined && step.retry === undefined && step.onError === undefined

const toTriggerNode = ({ kind, target, when }: Trigger, index: number): ChartNode =>
  createNode(`trigger--${index + 1}`, 'trigger', {
    kind,
    title: target.value,
    detail: kind,
    badges: when === undefined ? [] : [`when ${expressionText(when)}`],
  })

/** An arrow to a step that has a condition arrives at the condition. */
const leadToConditions = (nodes: readonly ChartNode[], edges: readonly NewEdge[]): NewEdge[] => {
  const gates = new Set(walkNodes(nodes).flatMap(({ id, shape }) => (shape === 'choice' ? [id] : [])))
  return edges.map((edge) => {
    const gate = gateOf(edge.to)
    return gates.has(gate) && edge.from !== gate ? { ...edge, to: gate } : edge
  })
}

/** Takes out the markers that say nothing: exits that a single arrow without a condition leads to, an end that none does. */
const dropNeedlessExits = (
  nodes: readonly ChartNode[],
  edges: readonly ChartEdge[],
): Pick<Chart, 'nodes' | 'edges'> => {
  const isNeedless = ({ id, shape }: ChartNode): boolean => {
    const [first, ...others] = edges.filter(({ to }) => to === id)
    if (shape === 'exit') return others.length === 0 && (first === undefined || first.label === '')
    return shape === 'end' && first === undefined
  }
  const needless = new Set(
    walkNodes(nodes)
      .filter(isNeedless)
      .map(({ id }) => id),
  )
  const keep = (list: readonly ChartNode[]): ChartNode[] =>
    list.filter(({ id }) => !needless.has(id)).map((node) => ({ ...node, children: keep(node.children) }))
  return { nodes: keep(nodes), edges: edges.filter(({ to }) => !needless.has(to)) }
}
