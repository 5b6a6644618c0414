/**
 * The control flow of a workflow as a graph: one node for each point at which something holds for every run that
 * reaches it, one edge for each way on. The bodies of foreach are islands attached to their foreach.
 *
 * A node may change which records are certain: it completes or fails a step, or clears the records of some steps
 * (skipped, cancelled, cleared by a retry). A change that belongs to an edge has a node of its own on that edge.
 */
import type { Located } from '../document.ts'
import type { IndexedStep } from './step-index.ts'

export type Point =
  | 'entry'
  /** Before `when`. */
  | 'enter'
  /** After a condition that proves something about records. */
  | 'proven'
  /** After `when`: where the step's other expressions are evaluated. */
  | 'perform'
  | 'skipped'
  | 'completed'
  /** After the step has completed, where the input of its `undo` is evaluated. */
  | 'undo'
  | 'failed'
  | 'after'
  /** Test of a loop. */
  | 'test'
  /** A fault inside a block has reached the block, which may be retried. */
  | 'broken'
  | 'retry'
  | 'timed_out'
  | 'branch_start'
  /** A fault has ended a branch, and the other branches go on. */
  | 'branch_failed'
  /** After the last step of a list. */
  | 'list_end'
  | 'join'
  | 'item_start'
  | 'item_end'
  | 'item_failed'
  /** On a jump that leaves blocks. */
  | 'leaving'
  | 'end'
  | 'run_failed'
  /** Start of `finally`, which any end leads to. */
  | 'finally_start'
  | 'finally_end'

export interface FlowNode {
  /** Index in `FlowGraph.nodes`. */
  readonly number: number
  readonly point: Point
  /** Undefined at the ends of the whole run. */
  readonly step: IndexedStep | undefined
  readonly effect: Effect
  /** How many of the edges into it must be taken: 1, or at a join the number of branches. */
  readonly needs: number
  readonly into: FlowEdge[]
  readonly onward: FlowEdge[]
}

export interface Effect {
  /** The output of this step is certain from here on, and it has no error. */
  completes?: IndexedStep
  /** The error of this step is certain from here on, and it has no output. */
  fails?: IndexedStep
  /** Records that a condition has proven. */
  proves?: readonly { step: IndexedStep; field: 'output' | 'error' }[]
  /** Steps whose output and error are uncertain from here on, by number; the end is exclusive. */
  clears?: readonly StepRange[]
}

export interface StepRange {
  from: number
  to: number
}

export interface FlowEdge {
  readonly from: FlowNode
  readonly to: FlowNode
  /** The decision that leads here; undefined if there is none. */
  readonly turn: Turn | undefined
  readonly kind: EdgeKind
}

/**
 * `performs`: the host performs something, and an event comes back. `faults`: only after a fault. `repeats`: the next
 * iteration of a loop. `retries`: the next attempt of a block. The last two are bounded by their own `max`.
 */
export type EdgeKind = 'flows' | 'performs' | 'skips' | 'faults' | 'repeats' | 'retries'

/** A decision on the way, for messages. */
export type Turn =
  | { kind: 'case'; step: IndexedStep; number: number; isElse: boolean; target: Located<string> | undefined }
  /** `settled`: a branch of the step fails, and the others go on. */
  | { kind: 'no_case' | 'skip' | 'continue' | 'no_iteration' | 'settled'; step: IndexedStep }
  /** `next`, and a jump of `on_error`. */
  | { kind: 'jump' | 'caught'; step: IndexedStep; target: Located<string> }

export class FlowGraph {
  readonly nodes: FlowNode[] = []

  add(point: Point, step?: IndexedStep, options: { effect?: Effect; needs?: number } = {}): FlowNode {
    const { effect = {}, needs = 1 } = options
    const node = { number: this.nodes.length, point, step, effect, needs, into: [], onward: [] }
    this.nodes.push(node)
    return node
  }

  connect(from: FlowNode, to: FlowNode, options: { turn?: Turn | undefined; kind?: EdgeKind | undefined } = {}): void {
    const edge = { from, to, turn: options.turn, kind: options.kind ?? 'flows' }
    from.onward.push(edge)
    to.into.push(edge)
  }
}

/** One byte a node: 1 if it is in the set. */
export type NodeSet = Uint8Array
