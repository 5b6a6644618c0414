/** Which points of the flow a run can get to, and which of them have a way to an end. */
import type { Diagnostics } from '../diagnostic.ts'
import type { Flow } from './flow-builder.ts'
import type { FlowEdge, FlowNode } from './flow-graph.ts'
import { isJumpBack, type Jumps, type JumpTarget } from './jumps.ts'
import type { StepIndex } from './step-index.ts'

/** One byte a node: 1 where a run can get to. */
export type NodeSet = Uint8Array

export const findReachable = ({ graph, entry }: Flow): NodeSet => {
  const reached = new Uint8Array(graph.nodes.length)
  spread([entry], reached)
  return reached
}

export interface ReachabilityContext {
  index: StepIndex
  jumps: Jumps
  reached: NodeSet
  diagnostics: Diagnostics
}

/** Reports steps that no way leads to: of steps that only lead to each other, the first. */
export const checkReachable = (flow: Flow, { index, jumps, reached, diagnostics }: ReachabilityContext): void => {
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

/** Reports circles that nothing leads out of, so that the run could only end by a fault of its bounds. */
export const checkEnds = (flow: Flow, { jumps, reached, diagnostics }: ReachabilityContext): void => {
  if (!jumps.areComplete) return
  const ending = findEnding(flow)
  const isDoomed = (node: FlowNode): boolean => reached[node.number] === 1 && ending[node.number] === 0
  const reported = new Set<number>()
  for (const node of flow.graph.nodes) {
    if (!isDoomed(node)) continue
    for (const edge of node.onward) {
      const jump = jumpBackOf(edge, jumps)
      if (jump === undefined || !isDoomed(edge.to) || reported.has(jump.range.start)) continue
      reported.add(jump.range.start)
      diagnostics.error(
        'endless_run',
        jump.range,
        `'${edge.turn?.step.id}' goes back to '${jump.value}', and nothing between them leads to an end of the run`,
        "lead out of the circle: a case of a switch with 'next: end', or an on_error for visits_exhausted",
      )
    }
  }
}

const spread = (from: FlowNode[], reached: NodeSet): void => {
  const arrivals = new Map<FlowNode, number>()
  const open = [...from]
  for (const node of from) reached[node.number] = 1
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const { to } of node.onward) {
      if (reached[to.number] === 1) continue
      if (to.needs > 1) {
        const arrived = (arrivals.get(to) ?? 0) + 1
        arrivals.set(to, arrived)
        if (arrived < to.needs) continue
      }
      reached[to.number] = 1
      open.push(to)
    }
}

/** Nodes with a way to the end of the run or of their foreach item, or to a `fail` step. */
const findEnding = ({ graph, end }: Flow): NodeSet => {
  const ending = new Uint8Array(graph.nodes.length)
  const open = graph.nodes.filter(
    (node) => node === end || node.point === 'item_end' || (node.point === 'failed' && node.step?.step.kind === 'fail'),
  )
  for (const node of open) ending[node.number] = 1
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const { from } of node.into) {
      if (ending[from.number] === 1) continue
      ending[from.number] = 1
      open.push(from)
    }
  return ending
}

export const jumpBackOf = ({ turn }: FlowEdge, jumps: Jumps) => {
  if (turn === undefined || !('target' in turn) || turn.target === undefined) return undefined
  const target: JumpTarget | undefined = jumps.targets.get(turn.target)
  return target !== undefined && isJumpBack(turn.step, target) ? turn.target : undefined
}
