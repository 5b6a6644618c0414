/** Circles of jumps have a bound: `max_visits` on the step that a jump goes back to. */
import type { Diagnostics } from '../diagnostic.ts'
import { findCycles } from './cycles.ts'
import type { Flow } from './flow-builder.ts'
import type { EdgeKind, FlowEdge, NodeSet } from './flow-graph.ts'
import { isJumpBack, type Jumps } from './jumps.ts'

/** Without the edges of loops and retries, which are bounded by their own `max`. */
const UNBOUNDED: readonly EdgeKind[] = ['flows', 'performs', 'skips', 'faults']

/**
 * Reports jumps back without a bound. A jump to a step further up that never leads back to the jump, such as that of a
 * handler which rejoins the main line, closes no circle and needs none.
 */
export const checkVisitBounds = (
  { graph }: Flow,
  { jumps, reached, diagnostics }: { jumps: Jumps; reached: NodeSet; diagnostics: Diagnostics },
): void => {
  for (const cycle of findCycles(graph.nodes, { kinds: UNBOUNDED, within: reached }))
    for (const { onward } of cycle)
      for (const edge of onward) if (cycle.has(edge.to)) checkBound(edge, { jumps, diagnostics })
}

const checkBound = ({ turn }: FlowEdge, { jumps, diagnostics }: { jumps: Jumps; diagnostics: Diagnostics }): void => {
  if (turn === undefined || !('target' in turn) || turn.target === undefined) return
  const target = jumps.targets.get(turn.target)
  if (target === undefined || !isJumpBack(turn.step, target) || target.step.maxVisits !== undefined) return
  // A misspelt target has its finding already; this one is about a guess.
  if (target.id !== turn.target.value) return
  diagnostics.error(
    'missing_max_visits',
    turn.target.range,
    `'${target.id}' is reached by a jump back from '${turn.step.id}' and could run for ever: expected 'max_visits' on '${target.id}'`,
    `add 'max_visits: 10' to '${target.id}'; the visit after the last is the fault visits_exhausted`,
  )
}
