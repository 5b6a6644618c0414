/**
 * Checks that each cycle of jumps has a bound: `max_visits` on the step that a jump goes back to, which no other jump
 * defeats.
 */
import { correct, insertKey } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located } from '../document.ts'
import { findCycles, findJumpBack } from './cycles.ts'
import type { Flow, FlowContext } from './flow-builder.ts'
import type { EdgeKind, FlowNode } from './flow-graph.ts'
import { errorCases } from './jumps.ts'
import type { IndexedStep } from './step-index.ts'

/** Edge kinds without loops and retries, which are bounded by their own `max`. */
const UNBOUNDED: readonly EdgeKind[] = ['flows', 'performs', 'skips', 'faults']

/**
 * Reports jumps back without a bound. A jump to an earlier step that never leads back to the jump, such as that of a
 * handler which rejoins the main line, closes no cycle and needs none.
 */
export const checkVisitBounds = ({ graph }: Flow, { jumps, reached, diagnostics }: FlowContext): void => {
  for (const cycle of findCycles(graph.nodes, { kinds: UNBOUNDED, within: reached }))
    for (const { onward } of cycle)
      for (const edge of onward) {
        const back = cycle.has(edge.to) ? findJumpBack(edge, jumps) : undefined
        if (back === undefined) continue
        const { id, step } = back.target
        if (step.maxVisits !== undefined) checkHandler(back.target, cycle, diagnostics)
        else
          diagnostics.error(
            'missing_max_visits',
            back.range,
            `'${id}' is reached by a jump back from '${back.from.id}' and could run for ever: expected 'max_visits' on '${id}'`,
            correct(
              `add 'max_visits: 10' to '${id}'; the visit after the last is the fault visits_exhausted`,
              insertKey(step, 'max_visits: 10', diagnostics.source),
            ),
          )
      }
}

/** The fault visits_exhausted belongs to the step itself: an `on_error` that handles it and leads back never ends. */
const checkHandler = ({ id, step }: IndexedStep, cycle: ReadonlySet<FlowNode>, diagnostics: Diagnostics): void => {
  const isMeant = (code: Located<string> | undefined) => code === undefined || code.value === 'visits_exhausted'
  const handling = errorCases(step).find(({ when, code }) => when === undefined && isMeant(code))?.action
  if (handling === undefined || handling.value === 'fail' || !leadsBack(id, handling.value, cycle)) return
  diagnostics.warning(
    'handled_bound',
    handling.range,
    `'max_visits' of '${id}' may bound nothing: its on_error takes up visits_exhausted too, and leads back to '${id}'`,
    `name the codes that are meant, such as on_error: { unavailable: ${handling.value} }`,
  )
}

const leadsBack = (id: string, action: string, cycle: ReadonlySet<FlowNode>): boolean => {
  for (const { point, step, onward } of cycle)
    if (point === 'failed' && step?.id === id)
      return onward.some(
        ({ to, turn }) =>
          cycle.has(to) &&
          (turn?.kind === 'continue' ? action === 'continue' : turn?.kind === 'caught' && turn.target.value === action),
      )
  return false
}
