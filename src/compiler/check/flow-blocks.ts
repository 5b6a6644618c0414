/** The inside of each kind of block, connected to the block's frame. */
import type { LoopStep, ParallelStep, SwitchStep } from '../document.ts'
import { type BlockFrame, type FlowBuilder, pointsOf, rangesBeside } from './flow-builder.ts'
import type { Turn } from './flow-graph.ts'
import { findProven, type ProvenRecord } from './proven-records.ts'
import type { IndexedStep, StepList } from './step-index.ts'

export const addBlockFlow = (frame: BlockFrame, builder: FlowBuilder): void => {
  const { step } = frame.step
  switch (step.kind) {
    case 'do':
      addDo(frame, builder)
      break
    case 'switch':
      addSwitch(step, { frame, builder })
      break
    case 'loop':
      addLoop(step, { frame, builder })
      break
    case 'foreach':
      addForeach(frame, builder)
      break
    case 'parallel':
      addParallel(step, { frame, builder })
      break
    default:
      throw new TypeError(`'${step.kind}' is no block`)
  }
}

interface Block {
  frame: BlockFrame
  builder: FlowBuilder
}

const EMPTY: StepList = { owner: undefined, branch: '', steps: [] }

const addDo = ({ step, perform, completed, broken }: BlockFrame, { graph, addList }: FlowBuilder): void =>
  graph.connect(perform, addList(step.lists[0] ?? EMPTY, { exit: completed, fault: broken }))

const addSwitch = (step: SwitchStep, { frame, builder }: Block): void => {
  const { perform, completed, broken } = frame
  const { graph } = builder
  const lists = frame.step.lists.values()
  // What the cases before have shown by not matching.
  const passed: ProvenRecord[] = []
  step.cases.forEach(({ when, then }, index) => {
    const target = then.kind === 'next' ? then.next : undefined
    const turn: Turn = { kind: 'case', step: frame.step, number: index + 1, isElse: when === undefined, target }
    const proven = when === undefined ? [...passed] : [...passed, ...findProven(when, true)]
    const to =
      then.kind === 'do' ? builder.addList(lists.next().value ?? EMPTY, { exit: completed, fault: broken }) : completed
    if (then.kind === 'next')
      addSwitchJump({ frame, builder }, { turn, proven, to: builder.jumps.targets.get(then.next) })
    else builder.connectProven(perform, to, { proven, turn })
    if (when !== undefined) passed.push(...findProven(when, false))
  })
  if (step.cases.some(({ when }) => when !== undefined)) graph.connect(perform, broken, { kind: 'faults' })
  if (step.cases.every(({ when }) => when !== undefined))
    builder.connectProven(perform, completed, { proven: passed, turn: { kind: 'no_case', step: frame.step } })
}

/** A case with `next` completes the switch and goes elsewhere. */
const addSwitchJump = (
  { frame: { step, perform }, builder }: Block,
  { turn, proven, to }: { turn: Turn; proven: ProvenRecord[]; to: IndexedStep | 'end' | undefined },
): void => {
  if (to === undefined) return
  const chosen = builder.graph.add('completed', step, { effect: { completes: step } })
  builder.connectProven(perform, chosen, { proven, turn })
  builder.addJump(chosen, step, { target: to, turn: undefined })
}

const addLoop = (step: LoopStep, { frame, builder }: Block): void => {
  const { perform, completed, broken } = frame
  const { graph } = builder
  const test = graph.add('test', frame.step)
  pointsOf(builder, frame.step).test = test
  const isWhile = step.test.kind === 'while'
  const around = { exit: test, exitKind: isWhile ? 'repeats' : 'flows', fault: broken } as const
  const first = builder.addList(frame.step.lists[0] ?? EMPTY, around)
  graph.connect(perform, isWhile ? test : first)
  graph.connect(test, first, { kind: isWhile ? 'flows' : 'repeats' })
  graph.connect(test, completed, isWhile ? { turn: { kind: 'no_iteration', step: frame.step } } : {})
  graph.connect(test, broken, { kind: 'faults' })
}

/** Its items run beside each other, each with records of its own; it goes on without looking into them. */
const addForeach = ({ step, perform, completed, broken }: BlockFrame, builder: FlowBuilder): void => {
  const { graph } = builder
  const start = graph.add('item_start', step, { effect: { clears: [{ from: step.number + 1, to: step.end }] } })
  const itemEnd = graph.add('item_end', step)
  const itemFailed = graph.add('item_failed', step)
  pointsOf(builder, step).itemEnd = itemEnd
  graph.connect(perform, start)
  graph.connect(start, builder.addList(step.lists[0] ?? EMPTY, { exit: itemEnd, fault: itemFailed }))
  graph.connect(perform, completed, { kind: 'performs' })
  graph.connect(perform, broken, { kind: 'faults' })
}

const addParallel = (step: ParallelStep, { frame, builder }: Block): void => {
  const { perform, completed, broken } = frame
  const { graph } = builder
  const { lists } = frame.step
  const needs = countNeeded(step)
  const isWhole = needs >= lists.length
  const inside = { from: frame.step.number + 1, to: frame.step.end }
  // With fewer than all nobody knows which branches ended, so nothing in them is sure.
  const join = graph.add('join', frame.step, { needs, effect: isWhole ? {} : { clears: [inside] } })
  for (const list of lists) {
    const start = graph.add('branch_start', frame.step, { effect: { clears: rangesBeside(list, frame.step) } })
    const ended = graph.add('list_end', frame.step)
    graph.connect(perform, start)
    graph.connect(start, builder.addList(list, { exit: ended, fault: broken }))
    graph.connect(ended, join, { kind: performsInside(frame.step) ? 'performs' : 'flows' })
  }
  graph.connect(join, completed)
}

export const countNeeded = ({ branches, join }: ParallelStep): number => {
  if (join.kind === 'all') return branches.length
  return join.kind === 'any' ? 1 : join.count.value
}

const BLOCK_KINDS: readonly string[] = ['do', 'switch', 'loop', 'parallel']

const performsInside = ({ lists }: IndexedStep): boolean =>
  lists.some(({ steps }) => steps.some((step) => !BLOCK_KINDS.includes(step.step.kind) || performsInside(step)))
