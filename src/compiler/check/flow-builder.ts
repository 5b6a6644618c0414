/** What the builders of the flow graph share: the graph with the points of each step, and what they pass to each other. */
import type { EdgeKind, FlowGraph, FlowNode, StepRange, Turn } from './flow-graph.ts'
import type { Jumps, JumpTarget } from './jumps.ts'
import type { ProvenRecord } from './proven-records.ts'
import type { IndexedStep, StepList } from './step-index.ts'

export interface Flow {
  graph: FlowGraph
  entry: FlowNode
  /** Where the workflow's output is evaluated. */
  end: FlowNode
  /** By number of the step. */
  points: readonly StepPoints[]
  /** Where each list of steps ends, before that counts as the end of its block. */
  listEnds: ReadonlyMap<StepList, FlowNode>
}

/** The points of a step at which expressions are evaluated. */
export interface StepPoints {
  enter: FlowNode
  perform: FlowNode
  undo?: FlowNode
  /** Of a loop. */
  test?: FlowNode
  /** Of a foreach: where `yields` is evaluated. */
  itemEnd?: FlowNode
}

/** What lies around a list of steps. */
export interface Surroundings {
  /** After its last step. */
  exit: FlowNode
  /** Of the edge to `exit`. Default: `flows`. */
  exitKind?: EdgeKind
  /** Where a fault goes that no step of the list handles. */
  fault: FlowNode
}

export interface FlowBuilder {
  graph: FlowGraph
  points: StepPoints[]
  listEnds: Map<StepList, FlowNode>
  /** Connects the steps of a list and gives the node at which it begins. */
  addList(list: StepList | undefined, around: Surroundings): FlowNode
  /** Performing the step takes an event; other steps are mere arrangements of those inside them. */
  performs(step: IndexedStep): boolean
  /** Connects a node to the target of a jump, over the blocks that the jump leaves. */
  addJump(from: FlowNode, step: IndexedStep, way: { target: JumpTarget; turn: Turn | undefined }): void
  jumps: Jumps
  /** Connects two nodes over what a condition has shown, where it shows something. */
  connectProven(from: FlowNode, to: FlowNode, way: { proven: ProvenRecord[]; turn?: Turn }): void
}

/** The nodes of a block's frame that its inside is connected to. */
export interface BlockFrame {
  step: IndexedStep
  perform: FlowNode
  completed: FlowNode
  failed: FlowNode
  /** Where the faults of the steps inside go. */
  broken: FlowNode
}

export const pointsOf = ({ points }: Pick<FlowBuilder, 'points'>, step: IndexedStep): StepPoints => {
  const found = points[step.number]
  if (found === undefined) throw new RangeError(`'${step.id}' is not in the flow`)
  return found
}

/** The steps of a block that are not in this list of it. */
export const rangesBeside = (list: StepList, block: IndexedStep): StepRange[] => {
  const first = list.steps[0]
  const last = list.steps.at(-1)
  if (first === undefined || last === undefined) return [{ from: block.number + 1, to: block.end }]
  return [
    { from: block.number + 1, to: first.number },
    { from: last.end, to: block.end },
  ]
}
