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
  host: { critical_ms: number; critical_share: number }
  /** Time on the critical path that was spent waiting for people, events and points in time. */
  waiting: { critical_ms: number; critical_share: number }
  /** The slowest step that does work; waiting can't be made faster. Null: no step took any time. */
  bottleneck: Bottleneck | null
}

export interface StepProfile {
  step: string
  /** Kind of most of its time. */
  what: SpanKind
  /** Number of visits; `attempts` includes failed attempts. */
  count: number
  attempts: number
  p50_ms: number
  p95_ms: number
  total_ms: number
  critical_ms: number
  /** Share of the duration of the runs, from 0 to 1. */
  critical_share: number
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
  /** Number of items that the foreach around it runs at a time. Null: there is no foreach. */
  concurrency: number | null
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
  const waitingMs = sum(critical.flatMap(({ kind, ms }) => (isWaiting(kind) ? [ms] : [])))
  const hostMs = sum(critical.flatMap(({ step, ms }) => (step === undefined ? [ms] : [])))
  return {
    runs: runs.length,
    duration_ms: durationMs,
    queued_ms: sum(runs.map(({ queuedMs = 0 }) => queuedMs)),
    steps: profiles,
    host: { critical_ms: hostMs, critical_share: share(hostMs) },
    waiting: { critical_ms: waitingMs, critical_share: share(waitingMs) },
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

const toTimes = ({ kind, startedAt, lastStartedAt, endedAt }: Span): { kind: SpanKind; ms: number }[] => [
  { kind, ms: endedAt - lastStartedAt },
  { kind: 'retry', ms: lastStartedAt - startedAt },
]

const addUp = (times: readonly { kind: SpanKind; ms: number }[]): Partial<Record<SpanKind, number>> => {
  const total: Partial<Record<SpanKind, number>> = {}
  for (const { kind, ms } of times) if (ms > 0) total[kind] = (total[kind] ?? 0) + ms
  return total
}

const largest = (times: Partial<Record<SpanKind, number>>): SpanKind | undefined =>
  (Object.entries(times) as [SpanKind, number][]).sort(([, one], [, other]) => other - one)[0]?.[0]

/** Percentile by nearest rank: one of the given lengths. */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0

const isWaiting = (kind: CriticalPart['kind']): boolean => (WAITING_KINDS as readonly string[]).includes(kind)

/** Time of a step on the critical path by kind, without waiting. */
const workOf = ({ critical_by }: StepProfile): Partial<Record<SpanKind, number>> =>
  Object.fromEntries(Object.entries(critical_by).filter(([kind]) => !isWaiting(kind as SpanKind)))

const workMs = (profile: StepProfile): number => sum(Object.values(workOf(profile)))

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
    concurrency: around?.kind === 'foreach' ? (fixedBound(around.concurrency) ?? null) : null,
  }
}
