/** Renders counts, costs and times as text. */

import type { ActorWarning } from '../core/actor.ts'
import { countOf, formatCount } from '../core/count.ts'
import { formatDuration } from '../core/duration.ts'
import { formatLimit, LIMITS } from '../core/limits.ts'
import { FINALLY, UNDO } from '../core/machine-ends.ts'
import { measureRun } from '../service/history/measure-run.ts'
import type { JournalData, ReachedData } from '../store/journal-data.ts'
import type { RunRecord, UsageTotals } from '../store/store.ts'

/** Says how many items of a list are shown, and how to see the others; empty if these are all. */
export const describeShown = (
  shown: number,
  total: number,
  { noun, which }: { noun: string; which: 'newest' | 'last' },
): string =>
  shown >= total ? '' : `${formatCount(shown)} of ${countOf(total, noun)}; --all shows them, --limit N the ${which} N`

/** An unknown price is shown as unknown, never as 0. */
export const formatCost = (usd: number | null): string => {
  if (usd === null) return 'cost unknown'
  if (usd === 0) return '$0'
  return usd < 0.0001 ? '<$0.0001' : `$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`
}

/** `1,234 → 56 tokens`, `$0.0123` and `2 answers from the cache`; empty if no model was called. */
export const describeUsage = ({ input_tokens, output_tokens, cost_usd, cache_hits = 0 }: UsageTotals): string[] => {
  const hasTokens = input_tokens > 0 || output_tokens > 0
  const tokens = `${formatCount(input_tokens)} → ${formatCount(output_tokens)} tokens`
  return [
    ...(hasTokens ? [tokens] : []),
    ...(hasTokens || cache_hits > 0 ? [formatCost(cost_usd)] : []),
    ...(cache_hits > 0 ? [describeHits(cache_hits)] : []),
  ]
}

export const describeHits = (hits: number): string => `${countOf(hits, 'answer')} from the cache`

/** Name of a path in a journal: `undo book` for the call that undoes a step, `finally` for all steps of it. */
export const namePath = (path: string): string => {
  if (path === FINALLY) return 'finally'
  return path.startsWith(UNDOING) ? `undo ${path.slice(UNDOING.length)}` : path
}

const UNDOING = `${UNDO}/`

/** `write`, or `write:2` for a later visit. */
export const nameVisit = (path: string, visit: number): string => `${path}${visit > 1 ? `:${visit}` : ''}`

/** Shortest time in a queue that is shown, in milliseconds: a server takes up to 200 ms to look. */
export const SHORTEST_QUEUED_MS = 1_000

/** `queued for 2m`; empty for a run that began soon. */
export const describeQueued = (run: RunRecord): string[] => {
  const { queuedMs } = measureRun(run)
  return queuedMs < SHORTEST_QUEUED_MS ? [] : [`queued for ${formatDuration(queuedMs)}`]
}

/** Local time, with the date unless it is today. @param at Epoch milliseconds. */
export const formatTime = (at: number): string => {
  const date = new Date(at)
  const time = date.toTimeString().slice(0, 8)
  if (date.toDateString() === new Date().toDateString()) return time
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'))
  return `${date.getFullYear()}-${month}-${day} ${time.slice(0, 5)}`
}

/** `prompt cut to 4,096 of at least 6,000 tokens by the window of the model; …` */
export const describeWarning = (warning: JournalData['warning']): string =>
  warning.limit === 'num_ctx' ? describeCut(warning) : describeNear(warning)

const describeCut = ({ amount, allowed }: ActorWarning): string => {
  const sent = amount > allowed ? ` of at least ${formatCount(amount)}` : ''
  return `prompt cut to ${formatCount(allowed)}${sent} tokens by the window of the model; set a larger one: params: { num_ctx: ${toWindow(amount)} }`
}

/** Leaves room for the answer, as words may have several tokens each. */
const toWindow = (tokens: number): number => 2 ** Math.ceil(Math.log2(tokens * 2))

/** `the journal of the run has 10,001 rows: beyond 50,000 rows the run fails`. */
export const describeNear = ({ limit, amount, allowed }: ReachedData): string => {
  const bound = LIMITS[limit]
  const what = limit === 'journal' ? 'the journal of the run' : 'the state of the run'
  return `${what} has ${formatLimit(amount, bound)}: beyond ${formatLimit(allowed, bound)} the run fails`
}
