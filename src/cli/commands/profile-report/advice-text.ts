/** Advice of `profile-report`: says first where most of the time goes, then which step to make faster, and how. */

import { countOf } from '../../../core/count.ts'
import { formatDuration } from '../../../core/duration.ts'
import type { Bottleneck, ProfileReport } from '../../../service/reports/profile/profile-report.ts'
import type { SpanKind } from '../../../service/reports/profile/span.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'

/** Kinds of time, as the table names them. */
export const WORDS: Record<SpanKind, string> = {
  model: 'model',
  tool: 'tool',
  code: 'code',
  memory: 'memory',
  workflow: 'workflow',
  wait: 'waiting',
  event: 'an event',
  approve: 'a person',
  undo: 'undoing',
  retry: 'retry',
  slot: 'a slot',
  queue: 'a slot of its provider',
  other: 'other',
}

export const describeAdvice = (report: ProfileReport, paint: Paint): string[] => [
  ...(report.waiting.critical_ms > 0 ? [describeWaiting(report, paint)] : []),
  ...(report.mostly === 'host' ? [describeHost(report, paint)] : []),
  ...(report.bottleneck === null ? [] : [describeBottleneck(report.bottleneck, report, paint)]),
]

const toPercent = (share: number): string => `${Math.round(share * 100)}%`

const describeWaiting = ({ waiting, mostly, runs }: ProfileReport, paint: Paint): string => {
  const { critical_ms, critical_share, step, what } = waiting
  const total = `waiting for people, events and points in time: ${formatDuration(critical_ms / runs)}, ${toPercent(critical_share)} of the critical path`
  if (mostly !== 'waiting' || step === null || what === null) return total
  return `${total}, most of it in ${paint.bold(toOneLine(step))}${withHint(WAITING_ADVICE[what] ?? '', paint)}`
}

const REST = 'what does not depend on that can run before it; no faster step makes up for it'

const WAITING_ADVICE: Partial<Record<SpanKind, string>> = {
  approve: `these runs wait for a person to decide: a timeout with on_error bounds that; ${REST}`,
  event: `these runs wait for an event: a timeout with on_error bounds that; ${REST}`,
  wait: 'these runs wait on purpose: a shorter wait makes them faster, no faster step does',
}

/** Longest overhead between two steps: beyond it, no process held the run. */
const LONGEST_OVERHEAD_MS = 1_000

const describeHost = ({ host, runs }: ProfileReport, paint: Paint): string => {
  const { critical_ms, critical_share, longest_ms } = host
  const total = `no step was in flight: ${formatDuration(critical_ms / runs)}, ${toPercent(critical_share)} of the critical path`
  const advice =
    longest_ms > LONGEST_OVERHEAD_MS
      ? `for ${formatDuration(longest_ms)} at a stretch no process held a run, or it was paused: troupe serve takes up runs at once`
      : 'the steps take less time than Troupe takes between them: fewer steps that do more each'
  return `${total}${withHint(advice, paint)}`
}

const describeBottleneck = (bottleneck: Bottleneck, { duration_ms, runs }: ProfileReport, paint: Paint): string => {
  const { step, what, critical_share, saves_at_least_ms: least, saves_at_most_ms: most } = bottleneck
  const saved = least === most ? formatDuration(most) : `${formatDuration(least)} to ${formatDuration(most)}`
  const head = `${paint.yellow('bottleneck:')} ${paint.bold(toOneLine(step))}, ${toPercent(critical_share)} of the critical path, most of it ${WORDS[what]}`
  const saving = `without it a run would take ${saved} less than its ${formatDuration(duration_ms / runs)}`
  return `${head}\n  ${saving}${withHint(ADVICE[what](bottleneck), paint)}`
}

const withHint = (advice: string, paint: Paint): string =>
  advice === '' ? '' : `\n  ${paint.cyan('hint:')} ${toOneLine(advice)}`

const BESIDE = 'or a place beside other steps, in a parallel'

const ADVICE: Record<SpanKind, (bottleneck: Bottleneck) => string> = {
  model: () =>
    `a smaller or faster model, a shorter prompt, a shorter answer (params: { max_tokens }), cache: 1h for requests that come again, ${BESIDE}`,
  tool: (bottleneck) =>
    bottleneck.slot_ms > 0 ? raiseConcurrency(bottleneck) : `fewer calls, a server that answers faster, ${BESIDE}`,
  code: () => `less work, ${BESIDE}`,
  memory: () => `a smaller limit, ${BESIDE}`,
  workflow: () => 'profile the child run: troupe runs --children lists it',
  wait: () => 'it waits on purpose',
  event: () => 'it waits for an event; what does not depend on that can run before it',
  approve: () => 'a person decides; what does not depend on that can run before it',
  undo: () => 'it undoes what was done before a run that ended badly',
  retry: (bottleneck) => adviseRetry(bottleneck),
  queue: () =>
    'its calls wait for their turn at the provider: raise its concurrency or rate in troupe.config.yaml, or name a model of another provider',
  slot: (bottleneck) => `its items wait for each other: ${raiseConcurrency(bottleneck)}`,
  other: () => 'troupe trace RUN shows when it ran',
}

const raiseConcurrency = ({ foreach, concurrency }: Bottleneck): string =>
  `raise the concurrency of the foreach${foreach === null ? '' : ` ${foreach}`}${describeNow(concurrency)}`

const describeNow = (concurrency: number | null): string => (concurrency === null ? '' : `, now ${concurrency}`)

/** More at a time would make failures more frequent, whatever their code. */
const adviseRetry = ({ faults, foreach, concurrency }: Bottleneck): string => {
  const [most] = faults
  if (most === undefined) return 'the block around it was tried again: troupe trace RUN says why it failed'
  const all = faults.reduce((sum, { count }) => sum + count, 0)
  const found = `${most.count} of ${countOf(all, 'failed attempt')} ${most.count === 1 ? 'was' : 'were'} ${most.code}`
  const fewer =
    foreach === null ? '' : `fewer at a time (concurrency of the foreach ${foreach}${describeNow(concurrency)}), `
  return `${found}: ${RETRY_ADVICE.get(most.code)?.(fewer) ?? `${fewer}troupe explain ${most.code} says what it means`}`
}

const ELSEWHERE = 'a longer backoff (retry: { backoff: 5s..1m }), or a second model in the fallback order'

const RETRY_ADVICE: ReadonlyMap<string, (fewer: string) => string> = new Map([
  [
    'rate_limited',
    (fewer: string) => `more at a time would make that worse: ${fewer}a higher rate limit, ${ELSEWHERE}`,
  ],
  ['unavailable', (fewer: string) => `the server is down or overloaded: ${fewer}${ELSEWHERE}`],
  [
    'timeout',
    (fewer: string) => `${fewer}a longer timeout, so that no attempt is made in vain, or less work for each call`,
  ],
])
