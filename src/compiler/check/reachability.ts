/** Finds the points of the flow that a run can reach. */
import type { Flow, FlowContext } from './flow-builder.ts'
import type { FlowEdge, FlowNode, NodeSet } from './flow-graph.ts'
import type { StepIndex } from './step-index.ts'

/** @param closed Edges that no run takes. */
export const findReachable = ({ graph, entry }: Flow, closed: ReadonlySet<FlowEdge> = NO_EDGES): NodeSet => {
  const reached = new Uint8Array(graph.nodes.length)
  spread([entry], reached, closed)
  return reached
}

const NO_EDGES: ReadonlySet<FlowEdge> = new Set()

/** Reports steps that no way leads to; of steps that lead only to each other, the first. */
export const checkReachable = (
  flow: Flow,
  { index, jumps, reached, diagnostics }: FlowContext & { index: StepIndex },
): void => {
  if (!jumps.areComplete) return
  const explained = Uint8Array.from(reached)
  for (const step of index.steps) {
    const enter = flow.points[step.number]?.enter
    if (enter === undefined || explained[enter.number] === 1) continue
    spread([enter], explained)
    diagnostics.error(
      'unreachable_step',
      step.step.id.range,
      `'${step.id}' is never reached: no step before it leads here`,
      `let a 'next', an 'on_error' or a case of a switch lead to '${step.id}', or remove it`,
    )
  }
}

const spread = (from: FlowNode[], reached: NodeSet, closed: ReadonlySet<FlowEdge> = NO_EDGES): void => {
  const arrivals = new Map<FlowNode, number>()
  const open = [...from]
  for (const node of from) reached[node.number] = 1
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const edge of node.onward) {
      const { to } = edge
      if (reached[to.number] === 1 || closed.has(edge)) continue
      if (to.needs > 1) {
        const arrived = (arrivals.get(to) ?? 0) + 1
        arrivals.set(to, arrived)
        if (arrived < to.needs) continue
      }
      reached[to.number] = 1
      open.push(to)
    }
}
