/** Counts runs, their steps and their model calls. */
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Usage } from '../../core/actor.ts'
import type { AttemptFigures } from '../../runtime/run-event.ts'
import type { ServerNotice } from '../../service/server-notice.ts'
import type { ObservedRun, ServerObserver } from '../../service/server-observer.ts'

const STEP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const RUN_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400]

export const createRunMetrics = (registry: Registry): Required<Pick<ServerObserver, 'onNotice' | 'onRunNotice'>> => {
  const count = createRunCounters([registry])
  const steps = createStepMetrics([registry])
  const spend = createModelMetrics([registry])
  const stepOf = ({ workflow }: ObservedRun, step: string): { kind: string } => ({
    kind: workflow.plans.get(step)?.kind ?? 'other',
  })
  return {
    onNotice: count,
    onRunNotice(notice, run) {
      if (notice.type !== 'attempt.failed' && notice.type !== 'effect.ended') return
      const { effect, figures } = notice
      const { kind } = stepOf(run, effect.step)
      // The journal of a child run has its own calls.
      if (kind !== 'workflow') spend(figures)
      if (notice.type === 'attempt.failed') steps.retried.inc({ kind })
      else {
        const outcome = 'fault' in notice.outcome ? 'failed' : 'completed'
        steps.durations.observe({ kind, outcome }, figures.ms / 1_000)
      }
    },
  }
}

const createRunCounters = (registers: Registry[]): ((notice: ServerNotice) => void) => {
  const taken = new Counter({
    name: 'troupe_runs_taken_total',
    help: 'Runs that this server has claimed: new ones, and those that another process held before or that had waited.',
    labelNames: ['start'],
    registers,
  })
  const left = new Counter({
    name: 'troupe_runs_left_total',
    help: 'Runs that this server has let go of before their end, by reason.',
    labelNames: ['why'],
    registers,
  })
  const durations = new Histogram({
    name: 'troupe_run_duration_seconds',
    help: 'Time from the begin of a run to its end, by how it ended. Child runs are not counted.',
    labelNames: ['status'],
    buckets: RUN_BUCKETS,
    registers,
  })
  const problems = new Counter({
    name: 'troupe_problems_total',
    help: 'Runs and schedules that could not go on, and failed reads of the database. Each is tried again.',
    registers,
  })
  return (notice) => {
    if (notice.type === 'run.taken') taken.inc({ start: notice.isNew ? 'new' : 'resumed' })
    if (notice.type === 'run.left') left.inc({ why: notice.why })
    if (notice.type === 'run.ended') durations.observe({ status: notice.status }, notice.durationMs / 1_000)
    if (notice.type === 'problem') problems.inc()
  }
}

const createStepMetrics = (registers: Registry[]) => ({
  durations: new Histogram({
    name: 'troupe_step_duration_seconds',
    help: 'Time of the last attempt of a step that has ended, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    buckets: STEP_BUCKETS,
    registers,
  }),
  retried: new Counter({
    name: 'troupe_step_retries_total',
    help: 'Attempts that failed and were followed by another one, by kind of step.',
    labelNames: ['kind'],
    registers,
  }),
})

const MICRO = 1e6

const createModelMetrics = (registers: Registry[]): ((figures: AttemptFigures) => void) => {
  const labelNames = ['provider'] as const
  const calls = new Counter({
    name: 'troupe_model_calls_total',
    help: 'Model calls that have reported their usage.',
    labelNames,
    registers,
  })
  const tokens = new Counter({
    name: 'troupe_model_tokens_total',
    help: 'Tokens of model calls, by direction: input or output.',
    labelNames: [...labelNames, 'direction'],
    registers,
  })
  const cost = new Counter({
    name: 'troupe_model_cost_usd_micros_total',
    help: 'Cost of the model calls whose price is known, in millionths of a US dollar.',
    labelNames,
    registers,
  })
  const unpriced = new Counter({
    name: 'troupe_model_calls_unpriced_total',
    help: 'Model calls without a known price.',
    labelNames,
    registers,
  })
  const take = ({ provider, input_tokens, output_tokens, cost_usd }: Usage): void => {
    calls.inc({ provider })
    tokens.inc({ provider, direction: 'input' }, input_tokens)
    tokens.inc({ provider, direction: 'output' }, output_tokens)
    if (cost_usd === null) unpriced.inc({ provider })
    else cost.inc({ provider }, Math.round(cost_usd * MICRO))
  }
  return ({ usage = [] }) => usage.forEach(take)
}
