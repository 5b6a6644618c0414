/**
 * Creates the picture of a workflow from its document.
 *
 * The flow of a list of steps leads from each to the next; at the end of a list, it continues as the surroundings say.
 * A block is a box around its steps, and the flow after it starts at its border. Its last step needs no arrow, unless
 * several ways through the block end, or one has a condition: then they meet in a marker `exit`. A switch is a step
 * with an arrow for each case; the steps of its cases stand beside it, so that a reader follows arrows and not borders.
 * Only a switch with a timeout, a retry or an `on_error` of its own, which apply to all its cases, is a block. The steps
 * of `finally` are a block behind the end.
 */
import { errorCases, isJumpAction, takesAny } from '../compiler/check/jumps.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Step, StepOf, Trigger } from '../compiler/document.ts'
import type { ChildList } from '../compiler/step-place.ts'
import { descriptorOf } from '../compiler/steps/step-kinds.ts'
import { expressionText } from '../compiler/steps/wording.ts'
import { type Chart, type ChartEdge, type ChartNode, createNode, type EdgeKind, END_NODE, walkNodes } from './chart.ts'
import { caseText, iconOf, listBadges, type Presets } from './describe-step.ts'

export type ChartSource = Pick<CompiledWorkflow, 'workflow' | 'plans'>

export const createChart = ({ workflow, plans }: ChartSource): Chart => {
  const drawing = new Drawing(plans, workflow.presets)
  const [first] = workflow.steps
  const triggers = workflow.triggers.map(toTriggerNode)
  for (const { id } of triggers) drawing.connect(id, 'start--')
  drawing.connect('start--', first?.id.value ?? END_NODE)
  const steps = drawing.drawList(workflow.steps, { onward: END_NODE, end: END_NODE, scope: '' })
  const end = createNode(END_NODE, 'end', { title: 'end' })
  const last = drawing.drawFinally(workflow.finalSteps)
  const nodes = [...triggers, createNode('start--', 'start', { title: 'start' }), ...steps, end, ...last]
  const edges = leadToConditions(nodes, drawing.edges).map((edge, index) => ({ ...edge, id: `edge-${index + 1}` }))
  return {
    title: workflow.name.value,
    description: workflow.description?.value ?? '',
    ...dropNeedlessExits(nodes, edges),
  }
}

/** Context of a list of steps: the nodes that it leads to, and its scope. */
interface ListContext {
  /** The node after the last step. */
  onward: string
  /** The node that `next: end` leads to. */
  end: string
  /** The path of the foreach around it. */
  scope: string
}

type Cases = StepOf<'switch'>['cases']

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

  drawList(steps: readonly Step[], around: ListContext): ChartNode[] {
    return steps.flatMap((step, index) => {
      const sibling = steps[index + 1]
      const after = sibling?.id.value ?? around.onward
      const onward = step.next === undefined ? after : resolve(step.next.value, around)
      return this.#drawStep(step, { ...around, onward })
    })
  }

  /** Draws the steps of `finally` as a block behind the end. A fault and a cancel lead there too, without an arrow. */
  drawFinally(steps: readonly Step[] = []): ChartNode[] {
    if (steps.length === 0) return []
    const [id, exit] = ['finally--', 'finally--exit']
    this.connect(END_NODE, id)
    const children = this.drawList(steps, { onward: exit, end: exit, scope: '' })
    const detail = 'after any end, for 5 minutes at most'
    return [createNode(id, 'block', { title: 'finally', detail, children: [...children, createNode(exit, 'exit')] })]
  }

  /** `around.onward` is the node after this step. */
  #drawStep(step: Step, around: ListContext): ChartNode[] {
    const id = step.id.value
    const gate = this.#drawGate(step, around)
    const nodes = this.#drawBody(step, around)
    if (!isFlat(step) && descriptorOf(step).neverCompletes !== true) this.connect(id, around.onward)
    this.#connectErrors(step, around)
    return [...gate, ...nodes]
  }

  /** Draws the condition under which a step runs. */
  #drawGate(step: Step, { onward }: ListContext): ChartNode[] {
    if (step.when === undefined) return []
    const gate = gateOf(step.id.value)
    this.connect(gate, step.id.value, { label: expressionText(step.when) })
    this.connect(gate, onward, { label: 'else' })
    return [createNode(gate, 'choice')]
  }

  #drawBody(step: Step, around: ListContext): ChartNode[] {
    const { block } = descriptorOf(step)
    if (block === undefined) return [this.#toNode(step, 'step', around)]
    const drawing = block.drawing(step)
    const lists = block.lists(step)
    const exit = exitOf(step)
    switch (drawing.kind) {
      case 'cases':
        return this.#drawSwitch(step, drawing.cases, around)
      case 'branches':
        return [this.#block(step, around, this.#drawBranches(step, lists, around))]
      case 'loop':
        return [this.#block(step, around, this.#drawLoop(step, lists, { ...around, label: drawing.label }))]
      case 'items': {
        const inside = { onward: exit, end: exit, scope: pathOf(step, around) }
        return [this.#block(step, around, this.#drawLists(lists, inside), [exit])]
      }
      case 'sequence':
        return [this.#block(step, around, this.#drawLists(lists, { ...around, onward: exit }), [exit])]
    }
  }

  #drawLists(lists: readonly ChildList[], around: ListContext): ChartNode[] {
    return lists.flatMap(({ steps }) => this.drawList(steps, around))
  }

  #drawSwitch(step: Step, cases: Cases, around: ListContext): ChartNode[] {
    if (isFlat(step)) return [this.#toNode(step, 'step', around), ...this.#drawCases(cases, step.id.value, around)]
    const [choice, exit] = [`${step.id.value}--choice`, exitOf(step)]
    const nodes = this.#drawCases(cases, choice, { ...around, onward: exit })
    return [this.#block(step, around, [createNode(choice, 'choice'), ...nodes], [exit])]
  }

  #drawCases(cases: Cases, from: string, around: ListContext): ChartNode[] {
    const nodes = cases.flatMap(({ when, then }): ChartNode[] => {
      this.connect(from, targetOf(then, around), { label: when === undefined ? 'else' : expressionText(when) })
      return then.kind === 'do' ? this.drawList(then.steps, around) : []
    })
    if (cases.every(({ when }) => when !== undefined)) this.connect(from, around.onward, { label: 'else' })
    return nodes
  }

  #drawBranches(step: Step, lists: readonly ChildList[], around: ListContext): ChartNode[] {
    return lists.map(({ branch, steps }) => {
      const id = `${step.id.value}--branch-${branch}`
      const exit = `${id}--exit`
      const children = this.drawList(steps, { ...around, onward: exit })
      return createNode(id, 'branch', { title: branch, children: [...children, createNode(exit, 'exit')] })
    })
  }

  #drawLoop(step: Step, lists: readonly ChildList[], around: ListContext & { label: string }): ChartNode[] {
    const repeat = `${step.id.value}--repeat`
    const children = this.#drawLists(lists, { ...around, onward: repeat })
    const first = lists[0]?.steps[0]
    if (first !== undefined) this.connect(repeat, first.id.value, { label: around.label, kind: 'repeat' })
    return [...children, createNode(repeat, 'repeat')]
  }

  #block(step: Step, around: ListContext, children: ChartNode[], exits: readonly string[] = []): ChartNode {
    const markers = exits.map((exit) => createNode(exit, 'exit'))
    return { ...this.#toNode(step, 'block', around), children: [...children, ...markers] }
  }

  #toNode(step: Step, shape: 'step' | 'block', around: ListContext): ChartNode {
    const id = step.id.value
    return createNode(id, shape, {
      kind: step.kind,
      icon: iconOf(step),
      title: id,
      detail: descriptorOf(step).chart.describe(step, { actor: this.#plans.get(id)?.actor, presets: this.#presets }),
      badges: listBadges(step, this.#presets),
      description: step.description?.value ?? '',
      path: pathOf(step, around),
    })
  }

  /** Draws one arrow to each step that handles a fault, with the codes that lead to it. */
  #connectErrors(step: Step, around: ListContext): void {
    const codes = new Map<string, string[]>()
    errorCases(step).forEach((one, index) => {
      const { value } = one.action
      const reason = takesAny(one) && index > 0 ? 'any other fault' : caseText(one)
      if (isJumpAction(value)) codes.set(value, [...(codes.get(value) ?? []), reason])
    })
    for (const [action, reasons] of codes)
      this.connect(step.id.value, resolve(action, around), { label: reasons.join(', '), kind: 'error' })
  }
}

const gateOf = (id: string): string => `${id}--when`

const exitOf = ({ id }: Step): string => `${id.value}--exit`

const pathOf = ({ id }: Step, { scope }: ListContext): string => (scope === '' ? id.value : `${scope}/${id.value}`)

const resolve = (target: string, { end }: ListContext): string => (target === 'end' ? end : target)

const targetOf = (then: Cases[number]['then'], around: ListContext): string => {
  if (then.kind === 'continue') return around.onward
  if (then.kind === 'next') return resolve(then.next.value, around)
  const [first] = then.steps
  return first?.id.value ?? around.onward
}

/** True for a block of cases without settings that apply to all of them. */
const isFlat = (step: Step): boolean =>
  descriptorOf(step).block?.drawing(step).kind === 'cases' &&
  step.timeoutMs === undefined &&
  step.retry === undefined &&
  step.onError === undefined

const toTriggerNode = ({ kind, target, when }: Trigger, index: number): ChartNode =>
  createNode(`trigger--${index + 1}`, 'trigger', {
    kind,
    icon: kind,
    title: target.value,
    detail: kind,
    badges: when === undefined ? [] : [`when ${expressionText(when)}`],
  })

/** Redirects an arrow to a step with a condition to that condition. */
const leadToConditions = (nodes: readonly ChartNode[], edges: readonly NewEdge[]): NewEdge[] => {
  const gates = new Set(walkNodes(nodes).flatMap(({ id, shape }) => (shape === 'choice' ? [id] : [])))
  return edges.map((edge) => {
    const gate = gateOf(edge.to)
    return gates.has(gate) && edge.from !== gate ? { ...edge, to: gate } : edge
  })
}

/** Removes markers without information: exits that a single arrow without a condition leads to, an end without arrows. */
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
  return { nodes: keep(nodes), edges: edges.filter(({ from, to }) => !needless.has(from) && !needless.has(to)) }
}
