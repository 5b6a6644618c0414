/** Interface between the builder of the flow graph and the descriptors of blocks, which connect the steps inside. */
import type { Diagnostics } from '../diagnostic.ts'
import type { EdgeKind, FlowGraph, FlowNode, NodeSet, StepRange, Turn } from './flow-graph.ts'
import type { Jumps, JumpTarget } from './jumps.ts'
import type { ProvenRecord } from './proven-records.ts'
import type { IndexedStep, StepList } from './step-index.ts'

export interface Flow {
  graph: FlowGraph
  entry: FlowNode
  /** Where the workflow's output is evaluated. */
  end: FlowNode
  /** Points by the number of the step. */
  points: readonly StepPoints[]
  /** Node at which each list of steps ends, before the end of its block. */
  listEnds: ReadonlyMap<StepList, FlowNode>
}

/** Context of the checks of the flow. */
export interface FlowContext {
  jumps: Jumps
  /** Nodes that a run can reach. */
  reached: NodeSet
  diagnostics: Diagnostics
}

/** Points of a step at which expressions are evaluated. */
export interface StepPoints {
  enter: FlowNode
  perform: FlowNode
  undo?: FlowNode
  /** After a fault: where the conditions of `on_error` are evaluated. */
  failed?: FlowNode
  /** Test of a loop. */
  test?: FlowNode
  /** Point of a foreach at which `yields` is evaluated. */
  itemEnd?: FlowNode
}

/** Nodes that a list of steps leads to. */
export interface ListNodes {
  /** Node after the last step of the list. */
  exit: FlowNode
  /** Kind of the edge to `exit`. Default: `flows`. */
  exitKind?: EdgeKind
  /** Node that receives faults that no step of the list handles. */
  fault: FlowNode
}

export interface FlowBuilder {
  graph: FlowGraph
  points: StepPoints[]
  listEnds: Map<StepList, FlowNode>
  /** Connects the steps of a list, and returns the node at which it begins. */
  addList(list: StepList | undefined, around: ListNodes): FlowNode
  /** Performing the step takes an event; other steps are mere arrangements of those inside them. */
  performs(step: IndexedStep): boolean
  /** Connects a node to the target of a jump, through the blocks that the jump leaves. */
  addJump(from: FlowNode, step: IndexedStep, way: { target: JumpTarget; turn: Turn | undefined }): void
  jumps: Jumps
  /** Connects two nodes through the records that a condition proves, if it proves any. */
  connectProven(from: FlowNode, to: FlowNode, way: { proven: ProvenRecord[]; turn?: Turn }): void
}

/** Nodes of a block's frame to which the steps inside are connected. */
export interface BlockFrame {
  step: IndexedStep
  perform: FlowNode
  completed: FlowNode
  failed: FlowNode
  /** Node that receives the faults of the steps inside. */
  broken: FlowNode
}

export const pointsOf = ({ points }: Pick<FlowBuilder, 'points'>, step: IndexedStep): StepPoints => {
  const found = points[step.number]
  if (found === undefined) throw new RangeError(`'${step.id}' is not in the flow`)
  return found
}

/** Finds the steps of a block that are not in this list. */
export const rangesBeside = (list: StepList, block: IndexedStep): StepRange[] => {
  const first = list.steps[0]
  const last = list.steps.at(-1)
  if (first === undefined || last === undefined) return [{ from: block.number + 1, to: block.end }]
  return [
    { from: block.number + 1, to: first.number },
    { from: last.end, to: block.end },
  ]
}
