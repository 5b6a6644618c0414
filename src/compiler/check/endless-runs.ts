/** Finds cycles without a way out: a run in them could end only by a fault of their bounds. */
import { descriptorOf } from '../steps/step-kinds.ts'
import { findCycles, placeOf } from './cycles.ts'
import type { Flow, FlowContext } from './flow-builder.ts'
import type { EdgeKind, FlowEdge, FlowNode, NodeSet } from './flow-graph.ts'

const WITHOUT_FAULTS: readonly EdgeKind[] = ['flows', 'performs', 'skips', 'repeats']

export const checkEnds = (flow: Flow, { jumps, reached, diagnostics }: FlowContext): void => {
  if (!jumps.areComplete) return
  const ending = findEnding(flow)
  const doomed = reached.map((isReached, number) => (isReached === 1 && ending[number] === 0 ? 1 : 0))
  for (const cycle of findCycles(flow.graph.nodes, { kinds: WITHOUT_FAULTS, within: doomed })) {
    const place = hasWayOut(cycle) ? undefined : placeOf(cycle, jumps)
    if (place === undefined) continue
    diagnostics.error(
      'endless_run',
      place.range,
      `'${place.id}' goes back to '${place.target}', and nothing between them leads to an end of the run`,
      "lead out of the circle: a case of a switch with 'next: end', or an on_error for visits_exhausted",
    )
  }
}

/** True if the cycle leads to another one, which is then reported instead. */
const hasWayOut = (cycle: ReadonlySet<FlowNode>): boolean =>
  [...cycle].some(({ onward }) => onward.some(({ to, kind }) => WITHOUT_FAULTS.includes(kind) && !cycle.has(to)))

/** Finds the nodes with a way to the end of the run or of their foreach item, or to a step that never completes. */
export const findEnding = ({ graph, end }: Flow, closed: ReadonlySet<FlowEdge> = NO_EDGES): NodeSet => {
  const ending = new Uint8Array(graph.nodes.length)
  const open = graph.nodes.filter(
    (node) =>
      node === end ||
      node.point === 'item_end' ||
      node.point === 'finally_end' ||
      (node.point === 'failed' && node.step !== undefined && descriptorOf(node.step.step).neverCompletes === true),
  )
  for (const node of open) ending[node.number] = 1
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const edge of node.into) {
      if (closed.has(edge) || ending[edge.from.number] === 1) continue
      ending[edge.from.number] = 1
      open.push(edge.from)
    }
  return ending
}

const NO_EDGES: ReadonlySet<FlowEdge> = new Set()
