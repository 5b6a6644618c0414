/**
 * Circles in which the host performs nothing. The machine would go round in one breath until a bound stops it, so a circle
 * of switches and empty blocks is an error; one that is empty only when every step in it is skipped is a warning.
 *
 * Strongly connected components by Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion.
 */
import type { Diagnostics } from '../diagnostic.ts'
import type { Range } from '../source.ts'
import type { Flow } from './flow-builder.ts'
import type { FlowEdge, FlowNode } from './flow-graph.ts'
import type { Jumps } from './jumps.ts'
import { jumpBackOf, type NodeSet } from './reachability.ts'

export interface CycleContext {
  jumps: Jumps
  reached: NodeSet
  diagnostics: Diagnostics
}

export const checkEventlessCycles = (flow: Flow, context: CycleContext): void => {
  const reported = new Set<number>()
  const report = (kinds: FlowEdge['kind'][], severity: 'error' | 'warning', because: string): void => {
    for (const cycle of findCycles(flow.graph.nodes, { kinds, reached: context.reached })) {
      const place = placeOf(cycle, context.jumps)
      if (place === undefined || reported.has(place.range.start)) continue
      reported.add(place.range.start)
      context.diagnostics[severity](
        'eventless_cycle',
        place.range,
        `'${place.id}' goes round without anything being done: ${because}`,
        "put a step into the circle that is performed each time, such as a 'set' or a 'wait'",
      )
    }
  }
  report(['flows'], 'error', 'there are only switches and blocks between')
  report(['flows', 'skips'], 'warning', 'every step between may be skipped')
}

/** The sets of nodes that lie on circles of edges of these kinds. */
const findCycles = (
  nodes: readonly FlowNode[],
  { kinds, reached }: { kinds: FlowEdge['kind'][]; reached: NodeSet },
): Set<FlowNode>[] => {
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
    const component = new Set<FlowNode>()
    for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
      onStack[member.number] = 0
      component.add(member)
      if (member === node) break
    }
    if (component.size > 1) cycles.push(component)
  }

  for (const root of nodes) {
    if (reached[root.number] === 0 || order[root.number] !== 0) continue
    const calls = [open(root)]
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const edge = call.node.onward[call.next++]
      if (edge === undefined) {
        calls.pop()
        close(call.node)
        const caller = calls.at(-1)
        if (caller !== undefined) lower(caller.node, low[call.node.number] ?? 0)
      } else if (kinds.includes(edge.kind)) {
        if (order[edge.to.number] === 0) calls.push(open(edge.to))
        else if (onStack[edge.to.number] === 1) lower(call.node, order[edge.to.number] ?? 0)
      }
    }
  }
  return cycles
}

/** What closes the circle: a jump back, or a loop. */
const placeOf = (cycle: Set<FlowNode>, jumps: Jumps): { range: Range; id: string } | undefined => {
  let loop: FlowNode | undefined
  for (const node of cycle) {
    if (node.point === 'test') loop = node
    for (const edge of node.onward) {
      const jump = cycle.has(edge.to) ? jumpBackOf(edge, jumps) : undefined
      if (jump !== undefined && edge.turn !== undefined) return { range: jump.range, id: edge.turn.step.id }
    }
  }
  return loop?.step && { range: loop.step.step.kindRange, id: loop.step.id }
}
