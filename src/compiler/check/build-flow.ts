/**
 * Builds the flow graph of a workflow: the ways in and out of every step, whatever its kind. The descriptors of blocks
 * connect the steps inside them.
 */
import { BLOCK_ATTEMPTS } from '../link/linked-step.ts'
import { computedBounds, descriptorOf, isPerformed } from '../steps/step-kinds.ts'
import {
  type BlockFrame,
  type Flow,
  type FlowBuilder,
  pointsOf,
  rangesBeside,
  type StepPoints,
} from './flow-builder.ts'
import { FlowGraph, type FlowNode, type StepRange } from './flow-graph.ts'
import { errorCases, isJumpAction, type Jumps, type JumpTarget, takesAny } from './jumps.ts'
import { findProven } from './proven-records.ts'
import { blocksAround, type IndexedStep, type StepIndex, type StepList } from './step-index.ts'

export const buildFlow = (index: StepIndex, jumps: Jumps): Flow => {
  const graph = new FlowGraph()
  const entry = graph.add('entry')
  const end = graph.add('end')
  const runFailed = graph.add('run_failed')
  const finallyEnd = graph.add('finally_end')
  const points = index.steps.map((step): StepPoints => {
    const enter = graph.add('enter', step)
    const perform = step.step.when === undefined ? enter : graph.add('perform', step)
    return { enter, perform }
  })
  const builder: FlowBuilder = {
    graph,
    points,
    listEnds: new Map(),
    jumps,
    performs: ({ step }) => isPerformed(step),
    addList(list = EMPTY, around) {
      const end = graph.add('list_end', list.owner)
      graph.connect(end, around.exit, { kind: around.exitKind })
      builder.listEnds.set(list, end)
      list.steps.forEach((step, position) => {
        const sibling = list.steps[position + 1]
        const onward = sibling === undefined ? end : pointsOf(builder, sibling).enter
        addStep(step, { builder, onward, fault: around.fault })
      })
      const [first] = list.steps
      return first === undefined ? end : pointsOf(builder, first).enter
    },
    addJump(from, step, { target, turn }) {
      const around = step.isFinal ? finallyEnd : end
      const to = target === 'end' ? endAround(step, { builder, end: around }) : pointsOf(builder, target).enter
      const clears = rangesLeft(step, target)
      if (clears.length === 0) {
        graph.connect(from, to, { turn })
        return
      }
      const leaving = graph.add('leaving', step, { effect: { clears } })
      graph.connect(from, leaving, { turn })
      graph.connect(leaving, to)
    },
    connectProven(from, to, { proven, turn }) {
      const proves = proven.flatMap(({ step: id, field }) => {
        const step = index.byId.get(id)
        return step === undefined ? [] : [{ step, field }]
      })
      const through = proves.length === 0 ? from : graph.add('proven', from.step, { effect: { proves } })
      if (through !== from) graph.connect(from, through)
      graph.connect(through, to, { turn })
    },
  }
  graph.connect(entry, builder.addList(index.root, { exit: end, fault: runFailed }))
  addFinally(index.final, { builder, entry, end: finallyEnd })
  return { graph, entry, end, points, listEnds: builder.listEnds }
}

/** An island, as the body of a foreach is: it begins with nothing certain, since a run may be cancelled at any time. */
const addFinally = (
  list: StepList | undefined,
  { builder, entry, end }: { builder: FlowBuilder; entry: FlowNode; end: FlowNode },
): void => {
  const { graph } = builder
  const [first] = list?.steps ?? []
  if (first === undefined) return
  const start = graph.add('finally_start', undefined, { effect: { clears: [{ from: 0, to: first.number }] } })
  graph.connect(entry, start)
  graph.connect(start, builder.addList(list, { exit: end, fault: end }))
}

const EMPTY: StepList = { owner: undefined, branch: '', steps: [] }

interface StepContext {
  builder: FlowBuilder
  /** Where the flow continues if the step has no `next`. */
  onward: FlowNode
  fault: FlowNode
}

const addStep = (step: IndexedStep, context: StepContext): void => {
  const { builder } = context
  const { graph } = builder
  const { enter, perform } = pointsOf(builder, step)
  const completed = graph.add('completed', step, { effect: { completes: step } })
  const failed = graph.add('failed', step, { effect: { fails: step } })
  const after = graph.add('after', step)
  pointsOf(builder, step).failed = failed

  addSkip(step, { builder, after, failed })
  const { block } = descriptorOf(step.step)
  const mayFailAtEntry = step.step.maxVisits !== undefined || computedBounds(step.step).length > 0
  if (enter === perform && block !== undefined && mayFailAtEntry) graph.connect(enter, failed, { kind: 'faults' })
  if (block !== undefined) block.flow(step.step, addFrame(step, { builder, perform, completed, failed }), builder)
  else addPerformance(step, { builder, perform, completed, failed })
  addUndo(step, { builder, completed, after })
  addOnward(step, { ...context, after })
  addFaultRoutes(step, { ...context, after, failed })
}

const addSkip = (
  step: IndexedStep,
  { builder, after, failed }: { builder: FlowBuilder; after: FlowNode; failed: FlowNode },
): void => {
  const { graph } = builder
  const { enter, perform } = pointsOf(builder, step)
  const { when } = step.step
  if (when === undefined) return
  const skipped = graph.add('skipped', step, { effect: { clears: [{ from: step.number, to: step.number + 1 }] } })
  builder.connectProven(enter, perform, { proven: findProven(when, true) })
  graph.connect(enter, failed, { kind: 'faults' })
  graph.connect(enter, skipped, { kind: 'skips', turn: { kind: 'skip', step } })
  graph.connect(skipped, after)
}

interface Ends {
  builder: FlowBuilder
  perform: FlowNode
  completed: FlowNode
  failed: FlowNode
}

const addPerformance = ({ step }: IndexedStep, { builder: { graph }, perform, completed, failed }: Ends): void => {
  const { neverCompletes } = descriptorOf(step)
  if (neverCompletes !== true) graph.connect(perform, completed, { kind: 'performs' })
  graph.connect(perform, failed, { kind: neverCompletes === true ? 'flows' : 'faults' })
}

/** Adds `timeout` and `retry` of a block: the steps inside are cancelled, or start again with cleared records. */
const addFrame = (step: IndexedStep, { builder: { graph, points }, perform, completed, failed }: Ends): BlockFrame => {
  const inside: StepRange = { from: step.number + 1, to: step.end }
  const { timeoutMs, retry } = step.step
  if (timeoutMs !== undefined) {
    const timedOut = graph.add('timed_out', step, { effect: { clears: [inside] } })
    graph.connect(perform, timedOut, { kind: 'faults' })
    graph.connect(timedOut, failed, { kind: 'faults' })
  }
  const isRetried = retry !== undefined && (retry.max?.value ?? BLOCK_ATTEMPTS) > 1
  // A fault in one branch cancels what runs in the others.
  const cancels = descriptorOf(step.step).block?.cancelsBeside === true
  if (!isRetried && !cancels) return { step, perform, completed, failed, broken: failed }
  const broken = graph.add('broken', step, { effect: cancels ? { clears: [inside] } : {} })
  graph.connect(broken, failed, { kind: 'faults' })
  if (isRetried) {
    const retried = graph.add('retry', step, { effect: { clears: [inside] } })
    graph.connect(broken, retried, { kind: 'faults' })
    graph.connect(retried, pointsOf({ points }, step).enter, { kind: 'retries' })
  }
  return { step, perform, completed, failed, broken }
}

const addUndo = (
  step: IndexedStep,
  { builder, completed, after }: { builder: FlowBuilder; completed: FlowNode; after: FlowNode },
): void => {
  const undo = step.step.undo && builder.graph.add('undo', step)
  builder.graph.connect(completed, undo ?? after)
  if (undo === undefined) return
  builder.graph.connect(undo, after)
  pointsOf(builder, step).undo = undo
}

const addOnward = (step: IndexedStep, { builder, onward, after }: StepContext & { after: FlowNode }): void => {
  const { next } = step.step
  const target = next && builder.jumps.targets.get(next)
  if (next === undefined) builder.graph.connect(after, onward)
  else if (target !== undefined) builder.addJump(after, step, { target, turn: { kind: 'jump', step, target: next } })
}

const addFaultRoutes = (
  step: IndexedStep,
  { builder, fault, after, failed }: StepContext & { after: FlowNode; failed: FlowNode },
): void => {
  const cases = errorCases(step.step)
  for (const { action } of cases) {
    if (action.value === 'continue') builder.graph.connect(failed, after, { turn: { kind: 'continue', step } })
    const target = isJumpAction(action.value) ? builder.jumps.targets.get(action) : undefined
    if (target !== undefined) builder.addJump(failed, step, { target, turn: { kind: 'caught', step, target: action } })
  }
  const catchesAll = cases.some(takesAny) && cases.every(({ action }) => action.value !== 'fail')
  if (!catchesAll) builder.graph.connect(failed, fault, { kind: 'faults' })
}

/** Returns the end of the run, or of the foreach item that the step runs in. */
const endAround = (step: IndexedStep, { builder, end }: { builder: FlowBuilder; end: FlowNode }): FlowNode =>
  step.scope === undefined ? end : (pointsOf(builder, step.scope).itemEnd ?? end)

/** Finds the records that a jump makes uncertain: those of the blocks that it leaves, and of the branches that it cancels. */
const rangesLeft = (step: IndexedStep, target: JumpTarget): StepRange[] => {
  const left: StepRange[] = []
  const home = target === 'end' ? undefined : target.list
  let inner = step
  for (const block of blocksAround(step)) {
    if (block === step.scope || inner.list === home) break
    left.push({ from: block.number, to: block.number + 1 })
    if (descriptorOf(block.step).block?.cancelsBeside === true) left.push(...rangesBeside(inner.list, block))
    inner = block
  }
  return left
}
