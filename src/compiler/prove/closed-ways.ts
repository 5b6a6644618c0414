/**
 * Consequences of ways that no run takes: steps that are never reached, parallels that never join, steps after which no
 * run ends.
 */
import type { CheckContext } from '../check/check-context.ts'
import { findEnding } from '../check/endless-runs.ts'
import type { FlowNode, NodeSet } from '../check/flow-graph.ts'
import { findReachable } from '../check/reachability.ts'
import { blocksAround, type IndexedStep } from '../check/step-index.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Decisions } from './decisions.ts'

export interface WayContext {
  check: CheckContext
  decisions: Decisions
  /** Nodes that a run can reach by the structure of the workflow alone. */
  reached: NodeSet
  findings: Diagnostics
}

/** Returns the nodes that a run can reach without the closed ways. */
export const checkWays = ({ check, decisions, reached, findings }: WayContext): NodeSet => {
  const { flow, index } = check
  const open = findReachable(flow, decisions.closed)
  const nodesOf = Map.groupBy(flow.graph.nodes, ({ step }) => step)
  const ending = findEnding(flow, decisions.closed)
  let isExplained = false
  for (const step of index.steps) {
    const enter = flow.points[step.number]?.enter
    if (enter === undefined || reached[enter.number] === 0) continue
    if (open[enter.number] === 0) {
      if (!isExplained && !blocksAround(step).some((block) => decisions.reported.has(block)))
        reportUnreached(step, findings)
      isExplained = true
      continue
    }
    isExplained = false
    const nodes = nodesOf.get(step) ?? []
    if (step.step.kind === 'parallel') checkJoin(step, { nodes, open, findings })
    if (step.step.kind === 'loop' && decisions.reported.has(step)) checkLoopEnd(step, { nodes, open, ending, findings })
  }
  return open
}

const reportUnreached = ({ id, step }: IndexedStep, findings: Diagnostics): void =>
  findings.error(
    'never_reached',
    step.id.range,
    `'${id}' is never reached: the conditions on the way to it never come out so`,
    `correct the conditions, or remove '${id}'`,
  )

interface EndContext {
  nodes: readonly FlowNode[]
  open: NodeSet
  /** Nodes with a way to an end of the run. */
  ending: NodeSet
  findings: Diagnostics
}

const checkLoopEnd = ({ id, step }: IndexedStep, { nodes, open, ending, findings }: EndContext): void => {
  const completes = nodes.some(({ point, number }) => point === 'completed' && open[number] === 1)
  const isDead = nodes.some(({ point, number }) => point === 'failed' && open[number] === 1 && ending[number] === 0)
  if (completes || !isDead) return
  findings.error(
    'dead_end',
    step.id.range,
    `'${id}' never completes, and nothing handles its fault: every run that gets here fails`,
    "give it an 'on_error', or end the run on purpose with a 'fail' step",
  )
}

const checkJoin = (
  { id, step, lists }: IndexedStep,
  { nodes, open, findings }: Pick<EndContext, 'nodes' | 'open' | 'findings'>,
): void => {
  if (step.kind !== 'parallel') return
  // The ends of branches lead to the join; those that are never reached never arrive.
  const { into = [], needs = 0 } = nodes.find(({ point }) => point === 'join') ?? {}
  const ends = into.map(({ from }) => from)
  const missing = lists.filter((_, index) => ends[index] !== undefined && open[ends[index].number] === 0)
  if (lists.length - missing.length >= needs) return
  const names = missing.map(({ branch }) => `'${branch}'`).join(', ')
  findings.error(
    'parallel_never_joins',
    step.kindRange,
    `'${id}' never joins: it waits for ${needs} of ${lists.length} branches, and ${names} never ${missing.length === 1 ? 'comes to its end' : 'come to their ends'}`,
    'let the branch come to its end, or wait for fewer with join: any or at_least',
  )
}
