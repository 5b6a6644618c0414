/** Where the time of runs went: by step, on the critical path, and what it would save if the slowest took none. */
import { type CriticalPart, findCriticalPath, type RunTimes } from './critical-path.ts'
import { type Span, type SpanKind, type Steps, WAITING_KINDS } from './span.ts'
import { durationWithout } from './without-step.ts'

export interface ProfileReport {
  runs: number
  /** Of all runs together, milliseconds. */
  duration_ms: number
  /** The most critical first. */
  steps: StepProfile[]
  /** Time in which no step was under way: the runtime's own, and that in which nobody had the run. */
  host: { critical_ms: number; critical_share: number }
  /** Time on the critical path in which somebody outside was waited for: people, events, points in time. */
  waiting: { critical_ms: number; critical_share: number }
  /** Of the steps that do something: waiting is not made faster. Null when no step took any time. */
  bottleneck: Bottleneck | null
}

export interface StepProfile {
  step: string
  /** What most of its time was. */
  what: SpanKind
  /** How often it was performed to its end; `attempts` counts those that failed too. */
  count: number
  attempts: number
  p50_ms: number
  p95_ms: number
  total_ms: number
  critical_ms: number
  /** Of the duration of the runs, from 0 to 1. */
  critical_share: number
  /** What its time on the critical path was; what is not named here was none. */
  critical_by: Partial<Record<SpanKind, number>>
}

export interface Bottleneck {
  step: string
  /** What most of its time on the critical path was. */
  what: SpanKind
  critical_share: number
  /** If it took no time, a run would be shorter by at least and at most so much, on average. */
  saves_at_least_ms: number
  saves_at_most_ms: number
  /** In a foreach: how many items run at a time. */
  concurrency: number | null
}

/** @param runs At least one. */
export const profileRuns = (runs: readonly RunTimes[], steps: Steps): ProfileReport => {
  const durationMs = sum(runs.map(({ startedAt, endedAt }) => endedAt - startedAt))
  const critical = runs.flatMap(findCriticalPath)
  const share = (ms: number): number => (durationMs === 0 ? 0 : Math.round((ms / durationMs) * 10_000) / 10_000)
  const profiles = [...groupByStep(runs.flatMap(({ spans }) => spans))]
    .map(([step, spans]) =>
      profileStep(step, { spans, critical: critical.filter((part) => part.step === step), share }),
    )
    .sort((one, other) => other.critical_ms - one.critical_ms || other.total_ms - one.total_ms)
  const waitingMs = sum(critical.flatMap(({ kind, ms }) => (isWaiting(kind) ? [ms] : [])))
  const hostMs = sum(critical.flatMap(({ step, ms }) => (step === undefined ? [ms] : [])))
  return {
    runs: runs.length,
    duration_ms: durationMs,
    steps: profiles,
    host: { critical_ms: hostMs, critical_share: share(hostMs) },
    waiting: { critical_ms: waitingMs, critical_share: share(waitingMs) },
    bottleneck: findBottleneck(slowestOf(profiles), { runs, steps, share }),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const groupByStep = (spans: readonly Span[]): Map<string, Span[]> => {
  const groups = new Map<string, Span[]>()
  for (const span of spans) {
    const group = groups.get(span.step)
    if (group === undefined) groups.set(span.step, [span])
    else group.push(span)
  }
  return groups
}

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

/** By nearest rank: a length that did occur. */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0

const isWaiting = (kind: CriticalPart['kind']): boolean => (WAITING_KINDS as readonly string[]).includes(kind)

/** What a step does on the critical path, without what it waits for. */
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
    concurrency: around?.kind === 'foreach' ? around.concurrency.value : null,
  }
}
