/**
 * Cycles in the flow graph: strongly connected components by Tarjan, "Depth-first search and linear graph algorithms"
 * (1972), without recursion, since a flow may be thousands of nodes long.
 */
import type { Range } from '../source.ts'
import type { EdgeKind, FlowEdge, FlowNode, NodeSet } from './flow-graph.ts'
import { isJumpBack, type Jumps } from './jumps.ts'
import type { IndexedStep } from './step-index.ts'

export interface CycleOptions {
  /** Edges of other kinds are not followed. */
  kinds: readonly EdgeKind[]
  /** Other nodes are left out. */
  within: NodeSet
}

/** Finds the sets of nodes that lie on common cycles. A cycle of one node does not occur in a flow graph. */
export const findCycles = (nodes: readonly FlowNode[], { kinds, within }: CycleOptions): Set<FlowNode>[] => {
  const cycles: Set<FlowNode>[] = []
  const order = new Int32Array(nodes.length)
  const low = new Int32Array(nodes.length)
  const onStack = new Uint8Array(nodes.length)
  const stack: FlowNode[] = []
  let counter = 0

  const open = (node: FlowNode): { node: FlowNode; next: number } => {
    counter++
    order[node.number] = counter
    low[node.number] = counter
    onStack[node.number] = 1
    stack.push(node)
    return { node, next: 0 }
  }
  const lower = (node: FlowNode, to: number): void => {
    low[node.number] = Math.min(low[node.number] ?? 0, to)
  }
  const close = (node: FlowNode): void => {
    if (low[node.number] !== order[node.number]) return
    const first = stack.lastIndexOf(node)
    if (first < stack.length - 1) cycles.push(new Set(stack.slice(first)))
    while (stack.length > first) onStack[stack.pop()?.number ?? 0] = 0
  }

  for (const root of nodes) {
    if (within[root.number] === 0 || order[root.number] !== 0) continue
    const calls = [open(root)]
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const edge = call.node.onward[call.next++]
      if (edge === undefined) {
        calls.pop()
        close(call.node)
        const caller = calls.at(-1)
        if (caller !== undefined) lower(caller.node, low[call.node.number] ?? 0)
      } else if (within[edge.to.number] === 1 && kinds.includes(edge.kind)) {
        if (order[edge.to.number] === 0) calls.push(open(edge.to))
        else if (onStack[edge.to.number] === 1) lower(call.node, order[edge.to.number] ?? 0)
      }
    }
  }
  return cycles
}

export interface CyclePlace {
  range: Range
  /** Id of the step that goes back. */
  id: string
  /** Target of the jump back, or the loop itself. */
  target: string
}

/** Finds what closes the cycle: a jump back, or a loop. */
export const placeOf = (cycle: ReadonlySet<FlowNode>, jumps: Jumps): CyclePlace | undefined => {
  let loop: FlowNode | undefined
  for (const node of cycle) {
    if (node.point === 'test') loop = node
    for (const edge of node.onward) {
      const back = cycle.has(edge.to) ? findJumpBack(edge, jumps) : undefined
      if (back !== undefined) return { range: back.range, id: back.from.id, target: back.target.id }
    }
  }
  return loop?.step && { range: loop.step.step.kindRange, id: loop.step.id, target: loop.step.id }
}

/** Returns the jump back that the edge stands for, with the range of its target in the text. */
export const findJumpBack = (
  { turn }: FlowEdge,
  { targets }: Jumps,
): { from: IndexedStep; target: IndexedStep; range: Range } | undefined => {
  if (turn === undefined || !('target' in turn) || turn.target === undefined) return undefined
  const target = targets.get(turn.target)
  // A misspelt target is reported already; this finding would be about a guess.
  return target !== undefined && isJumpBack(turn.step, target) && target.id === turn.target.value
    ? { from: turn.step, target, range: turn.target.range }
    : undefined
}
