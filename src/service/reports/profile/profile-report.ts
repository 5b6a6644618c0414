/** Reports where the time of runs goes: by step, on the critical path, and how much the slowest step costs. */
import { fixedBound } from '../../../compiler/bound.ts'
import { type CriticalPart, findCriticalPath, type RunTimes } from './critical-path.ts'
import { type Span, type SpanKind, type Steps, WAITING_KINDS } from './span.ts'
import { durationWithout } from './without-step.ts'

export interface ProfileReport {
  runs: number
  /** Sum over all runs, in milliseconds. */
  duration_ms: number
  /** Sum of the time that the runs were queued, which is not part of their duration, in milliseconds. */
  queued_ms: number
  /** Ordered by their time on the critical path, longest first. */
  steps: StepProfile[]
  /** Time in which no step was in flight: overhead of the runtime, and time without a lease holder. */
  host: Part & { longest_ms: number }
  /** Time on the critical path that was spent waiting for people, events and points in time; most of it in `step`. */
  waiting: Part & { step: string | null; what: SpanKind | null }
  /** The largest part of the critical path. Null: the runs took no time. */
  mostly: 'work' | 'waiting' | 'host' | null
  /** The slowest step that does work; waiting can't be made faster. Null: no step took any time. */
  bottleneck: Bottleneck | null
}

/** A part of the critical path, and its share of the duration of the runs, from 0 to 1. */
export interface Part {
  critical_ms: number
  critical_share: number
}

export interface StepProfile extends Part {
  step: string
  /** Kind of most of its time. */
  what: SpanKind
  /** Number of visits; `attempts` includes failed attempts. */
  count: number
  attempts: number
  p50_ms: number
  p95_ms: number
  total_ms: number
  /** Its time on the critical path by kind. Kinds without time are absent. */
  critical_by: Partial<Record<SpanKind, number>>
}

export interface Bottleneck {
  step: string
  /** Kind of most of its time on the critical path. */
  what: SpanKind
  critical_share: number
  /** Average time that a run would save if the step took no time: lower and upper bound. */
  saves_at_least_ms: number
  saves_at_most_ms: number
  /** Its time on the critical path in which items of its foreach waited for each other. */
  slot_ms: number
  /** The foreach around it. Null: there is none. */
  foreach: string | null
  /** Number of items that the foreach runs at a time. Null: there is none, or an expression gives it. */
  concurrency: number | null
  /** Codes of its failed attempts, the most frequent first. */
  faults: { code: string; count: number }[]
}

/** @param runs At least one. */
export const profileRuns = (runs: readonly RunTimes[], steps: Steps): ProfileReport => {
  const durationMs = sum(runs.map(({ startedAt, endedAt }) => endedAt - startedAt))
  const critical = runs.flatMap(findCriticalPath)
  const share = (ms: number): number => (durationMs === 0 ? 0 : Math.round((ms / durationMs) * 10_000) / 10_000)
  const profiles = [
    ...Map.groupBy(
      runs.flatMap(({ spans }) => spans),
      ({ step }) => step,
    ),
  ]
    .map(([step, spans]) =>
      profileStep(step, { spans, critical: critical.filter((part) => part.step === step), share }),
    )
    .sort((one, other) => other.critical_ms - one.critical_ms || other.total_ms - one.total_ms)
  const hostTimes = critical.flatMap(({ step, ms }) => (step === undefined ? [ms] : []))
  const toPart = (ms: number): Part => ({ critical_ms: ms, critical_share: share(ms) })
  const waitingMs = sum(profiles.map(waitMs))
  const hostMs = sum(hostTimes)
  return {
    runs: runs.length,
    duration_ms: durationMs,
    queued_ms: sum(runs.map(({ queuedMs = 0 }) => queuedMs)),
    steps: profiles,
    host: { ...toPart(hostMs), longest_ms: hostTimes.reduce((longest, ms) => Math.max(longest, ms), 0) },
    waiting: { ...toPart(waitingMs), ...longestWait(profiles) },
    mostly: largest({ work: sum(profiles.map(workMs)), waiting: waitingMs, host: hostMs }) ?? null,
    bottleneck: findBottleneck(slowestOf(profiles), { runs, steps, share }),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const profileStep = (
  step: string,
  { spans, critical, share }: { spans: readonly Span[]; critical: readonly CriticalPart[]; share(ms: number): number },
): StepProfile => {
  const lengths = spans.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((one, other) => one - other)
  const criticalMs = sum(critical.map(({ ms }) => ms))
  const times = addUp(spans.flatMap(toTimes))
  return {
    step,
    what: largest(times) ?? 'other',
    count: spans.length,
    attempts: sum(spans.map(({ attempts }) => attempts)),
    p50_ms: percentile(lengths, 0.5),
    p95_ms: percentile(lengths, 0.95),
    total_ms: sum(lengths),
    critical_ms: criticalMs,
    critical_share: share(criticalMs),
    critical_by: addUp(critical.flatMap(({ kind, ms }) => (kind === 'host' ? [] : [{ kind, ms }]))),
  }
}

const toTimes = ({ kind, startedAt, lastStartedAt, endedAt, queuedMs = 0 }: Span): { kind: SpanKind; ms: number }[] => [
  { kind, ms: endedAt - lastStartedAt - queuedMs },
  { kind: 'queue', ms: queuedMs },
  { kind: 'retry', ms: lastStartedAt - startedAt },
]

const addUp = (times: readonly { kind: SpanKind; ms: number }[]): Partial<Record<SpanKind, number>> => {
  const total: Partial<Record<SpanKind, number>> = {}
  for (const { kind, ms } of times) if (ms > 0) total[kind] = (total[kind] ?? 0) + ms
  return total
}

/** The first of the largest; undefined if all are 0. */
const largest = <K extends string>(times: Partial<Record<K, number>>): K | undefined => {
  let found: K | undefined
  for (const kind in times) if ((times[kind] ?? 0) > (found === undefined ? 0 : (times[found] ?? 0))) found = kind
  return found
}

/** Percentile by nearest rank: one of the given lengths. */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0

const isWaiting = (kind: CriticalPart['kind']): boolean => (WAITING_KINDS as readonly string[]).includes(kind)

/** Time of a step on the critical path by kind, without waiting. */
const workOf = ({ critical_by }: StepProfile): Partial<Record<SpanKind, number>> => {
  const work = { ...critical_by }
  for (const kind of WAITING_KINDS) delete work[kind]
  return work
}

const workMs = (profile: StepProfile): number => sum(Object.values(workOf(profile)))

const waitMs = (profile: StepProfile): number => profile.critical_ms - workMs(profile)

/** The step that the runs waited in for longest. */
const longestWait = (profiles: readonly StepProfile[]): { step: string | null; what: SpanKind | null } => {
  const [longest] = profiles.toSorted((one, other) => waitMs(other) - waitMs(one))
  if (longest === undefined || waitMs(longest) === 0) return { step: null, what: null }
  const waits: StepProfile['critical_by'] = {}
  for (const kind of WAITING_KINDS) waits[kind] = longest.critical_by[kind] ?? 0
  return { step: longest.step, what: largest(waits) ?? null }
}

const slowestOf = (profiles: readonly StepProfile[]): StepProfile | undefined =>
  profiles.toSorted((one, other) => workMs(other) - workMs(one))[0]

const findBottleneck = (
  slowest: StepProfile | undefined,
  { runs, steps, share }: { runs: readonly RunTimes[]; steps: Steps; share(ms: number): number },
): Bottleneck | null => {
  if (slowest === undefined) return null
  const { step } = slowest
  const criticalMs = workMs(slowest)
  if (criticalMs === 0) return null
  const isWork = (span: Span): boolean => span.step === step && !isWaiting(span.kind)
  const saved = sum(runs.map((run) => run.endedAt - run.startedAt - durationWithout(isWork, run)))
  const foreach = steps.get(step)?.scopes.at(-1)
  const around = foreach === undefined ? undefined : steps.get(foreach)?.step
  return {
    step,
    what: largest(workOf(slowest)) ?? slowest.what,
    critical_share: share(criticalMs),
    saves_at_least_ms: Math.round(saved / runs.length),
    saves_at_most_ms: Math.round(criticalMs / runs.length),
    slot_ms: slowest.critical_by.slot ?? 0,
    foreach: foreach ?? null,
    concurrency: around?.kind === 'foreach' ? (fixedBound(around.concurrency) ?? null) : null,
    faults: countFaults(runs.flatMap(({ spans }) => spans.filter(isWork))),
  }
}

const countFaults = (spans: readonly Span[]): Bottleneck['faults'] => {
  const codes = spans.flatMap(({ faults = [] }) => faults)
  return [...Map.groupBy(codes, (code) => code)]
    .map(([code, failed]) => ({ code, count: failed.length }))
    .sort((one, other) => other.count - one.count)
}
