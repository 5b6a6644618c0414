/** How a run ended for the one who called the command: as an object, as text, as an exit code. */

import { formatDuration } from '../core/duration.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { NO_USAGE } from '../runtime/budget/usage-totals.ts'
import type { RunExit } from '../runtime/run.ts'
import { toUndoneSteps, type UndoneStep } from '../service/control/undone-steps.ts'
import type { RunRecord, RunStatus, UsageTotals } from '../store/store.ts'
import { EXIT } from './exit-code.ts'
import type { Paint } from './paint.ts'
import { toPrintable } from './printable.ts'
import { explainError } from './report-error.ts'

/** The object of `--json`. */
export interface RunResult {
  run: string | null
  workflow: string | null
  /** `running`: the run was left and can be resumed. `invalid` and `error`: there is no run. */
  status: RunStatus | 'invalid' | 'error'
  output: JsonValue
  error: ResultError | null
  usage: UsageTotals
  duration_ms: number
  /** What was undone before a bad end, and what could not be; absent: there was nothing to undo. */
  undone?: UndoneStep[]
}

interface ResultError {
  code: string
  message: string
  step: string | null
  /** What a program may want to know of it: of `budget_exceeded` what was spent on what. */
  details?: JsonObject
}

export type FollowedExit = RunExit & { signal: NodeJS.Signals | undefined }

export interface ResultOptions {
  run: string
  workflow: string
  exit: FollowedExit
  durationMs: number
  /** Who has the run when it was lost. */
  holder: string | undefined
}

export const toResult = ({ run, workflow, exit, durationMs, holder }: ResultOptions): RunResult => {
  if (exit.kind === 'ended') {
    const undone = toUndoneSteps(exit.undone)
    return toEndedResult({ run, workflow, end: exit.end, durationMs: exit.durationMs, undone })
  }
  const base = { run, workflow, status: 'running', output: null, usage: NO_USAGE, duration_ms: durationMs } as const
  if (exit.kind === 'left' || exit.kind === 'waiting') return { ...base, error: null }
  if (exit.kind === 'lost') {
    const message = `another process took the run over: ${holder ?? 'it is not known which'}`
    return { ...base, error: { code: 'lease_lost', message, step: null } }
  }
  const { code, message } = explainError(exit.cause)
  return { ...base, error: { code, message, step: null } }
}

export const toEndedResult = ({
  run,
  workflow,
  end,
  durationMs,
  undone = [],
}: {
  run: string
  workflow: string
  end: Pick<RunRecord, 'status' | 'output' | 'error' | 'usage'>
  durationMs: number
  undone?: UndoneStep[]
}): RunResult => ({
  run,
  workflow,
  status: end.status,
  output: end.output,
  error: end.error === null ? null : toError(end.error),
  usage: end.usage,
  duration_ms: durationMs,
  ...(undone.length === 0 ? {} : { undone }),
})

const toError = ({ code, message, step, details }: NonNullable<RunRecord['error']>): ResultError => ({
  code,
  message,
  step,
  ...(details !== undefined && { details }),
})

export const toExitCode = (exit: FollowedExit): number => {
  if (exit.kind === 'left' || exit.kind === 'waiting')
    return exit.signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
  if (exit.kind !== 'ended') return EXIT.environment
  return toEndExitCode(exit.end.status, exit.signal === 'SIGINT')
}

/** @param isInterrupted whether it was Ctrl-C here that cancelled it */
export const toEndExitCode = (status: RunStatus, isInterrupted = false): number => {
  if (status === 'completed') return EXIT.completed
  return status === 'cancelled' && isInterrupted ? EXIT.interrupted : EXIT.failed
}

/** The lines below the progress: how it ended, what it cost, what to do next. */
export const describeResult = (
  { run, status, error, usage, duration_ms, undone = [] }: RunResult,
  { paint, hint }: { paint: Paint; hint: string | undefined },
): string => {
  const facts = [`run ${run ?? ''}`, ...describeUsage(usage)].join(' · ')
  const outcome = error?.code === 'lease_lost' ? `${paint.red('✗')} lost` : HEADS[status](paint)
  const head = `${outcome} ${status === 'completed' ? 'in' : 'after'} ${formatDuration(duration_ms)}`
  const where = error === null || error.step === null ? '' : `step ${paint.bold(toPrintable(error.step))}: `
  const message = error === null ? '' : `\n  ${where}${paint.red(error.code)}: ${indentRest(error.message)}`
  const next = hint === undefined ? '' : `\n  ${paint.cyan('hint:')} ${hint}`
  const undoing = describeUndone(undone, paint).map((line) => `\n  ${line}`)
  return `${head}${paint.dim(` · ${facts}`)}${message}${undoing.join('')}${next}`
}

/** `undone: book, charge`, and a line for each step that could not be undone, with why. */
export const describeUndone = (undone: readonly UndoneStep[], paint: Paint): string[] => {
  const done = undone.filter(({ error }) => error === undefined)
  return [
    ...(done.length === 0 ? [] : [`${paint.dim('undone:')} ${done.map(nameVisit).join(', ')}`]),
    ...undone.flatMap((one) =>
      one.error === undefined
        ? []
        : [`${paint.red('not undone:')} ${nameVisit(one)}: ${one.error.code}: ${indentRest(one.error.message)}`],
    ),
  ]
}

const nameVisit = ({ step, visit }: UndoneStep): string => `${toPrintable(step)}${visit > 1 ? `:${visit}` : ''}`

const HEADS: Record<RunResult['status'], (paint: Paint) => string> = {
  completed: ({ green }) => `${green('✓')} completed`,
  failed: ({ red }) => `${red('✗')} failed`,
  cancelled: ({ yellow }) => `${yellow('⊘')} cancelled`,
  running: ({ yellow }) => `${yellow('◷')} left`,
  invalid: ({ red }) => `${red('✗')} invalid`,
  error: ({ red }) => `${red('✗')} error`,
}

const indentRest = (message: string): string => toPrintable(message).replaceAll('\n', '\n  ')

/** `1,234 → 56 tokens`, `$0.0123` and `2 answers from the cache`; nothing where no model was needed. */
export const describeUsage = ({ input_tokens, output_tokens, cost_usd, cache_hits = 0 }: UsageTotals): string[] => {
  const hasTokens = input_tokens > 0 || output_tokens > 0
  const tokens = `${formatCount(input_tokens)} → ${formatCount(output_tokens)} tokens`
  return [
    ...(hasTokens ? [tokens] : []),
    ...(hasTokens || cache_hits > 0 ? [formatCost(cost_usd)] : []),
    ...(cache_hits > 0 ? [describeHits(cache_hits)] : []),
  ]
}

export const describeHits = (hits: number): string =>
  `${formatCount(hits)} ${hits === 1 ? 'answer' : 'answers'} from the cache`

export const formatCount = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** An unknown price is said to be unknown, never 0. */
export const formatCost = (usd: number | null): string => {
  if (usd === null) return 'cost unknown'
  if (usd === 0) return '$0'
  return usd < 0.0001 ? '<$0.0001' : `$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`
}
