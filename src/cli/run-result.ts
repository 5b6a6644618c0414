/** Renders how a run ended: as the object of `--json`, as text, and as an exit code. */
import { formatDuration } from '../core/duration.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { NO_USAGE } from '../runtime/budget/usage-totals.ts'
import type { RunExit } from '../runtime/run.ts'
import { type Aftermath, type BrokenFinally, toAftermath } from '../service/control/aftermath.ts'
import type { UndoneStep } from '../service/control/undone-steps.ts'
import type { RunRecord, RunStatus, UsageTotals } from '../store/store.ts'
import { EXIT } from './exit-code.ts'
import { answerOf } from './fault-text.ts'
import { describeUsage, nameVisit } from './figures.ts'
import type { Paint } from './paint.ts'
import { toPrintable } from './printable.ts'
import { explainError } from './report-error.ts'

/** The object of `--json`. */
export interface RunResult {
  run: string | null
  workflow: string | null
  /** `running`: the command left the run, which can be resumed. `invalid` and `error`: no run was created. */
  status: RunStatus | 'invalid' | 'error'
  output: JsonValue
  error: ResultError | null
  usage: UsageTotals
  duration_ms: number
  /** Steps that were undone, or could not be undone, before a bad end; absent if there was none. */
  undone?: UndoneStep[]
  /** Why `finally` did not complete; absent if it did, or if there was none. */
  finally?: BrokenFinally
}

interface ResultError {
  code: string
  message: string
  step: string | null
  /** Data for programs: for `budget_exceeded` the amounts that were spent, by purpose. */
  details?: JsonObject
}

export type FollowedExit = RunExit & { signal: NodeJS.Signals | undefined }

export interface ResultOptions {
  run: string
  workflow: string
  exit: FollowedExit
  durationMs: number
  /** The process that took the run over. */
  holder: string | undefined
}

export const toResult = ({ run, workflow, exit, durationMs, holder }: ResultOptions): RunResult => {
  if (exit.kind === 'ended') {
    return toEndedResult({ run, workflow, ...exit.end }, { durationMs: exit.durationMs, ...toAftermath(exit) })
  }
  const left = { ...NO_RESULT, run, workflow, status: 'running', duration_ms: durationMs } as const
  if (exit.kind === 'left' || exit.kind === 'waiting') return left
  if (exit.kind === 'broken') return { ...left, error: toError(explainError(exit.cause)) }
  const message = `another process took the run over: ${holder ?? 'which one is unknown'}`
  return { ...left, error: toError({ code: 'lease_lost', message }) }
}

export const toEndedResult = (
  { run, workflow, status, output, error, usage }: Ended,
  { durationMs, undone, finally: broken }: { durationMs: number } & Aftermath,
): RunResult => ({
  run,
  workflow,
  status,
  output,
  error: error === null ? null : toError(error),
  usage,
  duration_ms: durationMs,
  ...(undone.length === 0 ? {} : { undone }),
  ...(broken === null ? {} : { finally: broken }),
})

type Ended = { run: string } & Pick<RunRecord, 'workflow' | 'status' | 'output' | 'error' | 'usage'>

/** The result of a command that could not perform its run. `run` is null if no run was created. */
export const toErrorResult = (
  error: Pick<ResultError, 'code' | 'message'>,
  about: Partial<Pick<RunResult, 'run' | 'workflow' | 'status'>> = {},
): RunResult => ({ ...NO_RESULT, ...about, error: toError(error) })

const NO_RESULT: RunResult = {
  run: null,
  workflow: null,
  status: 'error',
  output: null,
  error: null,
  usage: NO_USAGE,
  duration_ms: 0,
}

const toError = ({ code, message, step = null, details }: Omit<ResultError, 'step'> & { step?: string | null }) => ({
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

/** @param isInterrupted True if Ctrl-C in this process cancelled the run. */
export const toEndExitCode = (status: RunStatus, isInterrupted = false): number => {
  if (status === 'completed') return EXIT.completed
  return status === 'cancelled' && isInterrupted ? EXIT.interrupted : EXIT.failed
}

/** Renders the lines below the progress: the end of the run, its cost, and the next command. */
export const describeResult = (
  { run, status, error, usage, duration_ms, undone = [], finally: broken }: RunResult,
  { paint, hint }: { paint: Paint; hint: string | undefined },
): string => {
  const facts = [`run ${run ?? ''}`, ...describeUsage(usage)].join(' · ')
  const outcome = error?.code === 'lease_lost' ? `${paint.red('✗')} lost` : HEADS[status](paint)
  const head = `${outcome} ${status === 'completed' ? 'in' : 'after'} ${formatDuration(duration_ms)}`
  const where = error === null || error.step === null ? '' : `step ${paint.bold(toPrintable(error.step))}: `
  const message = error === null ? '' : `\n  ${where}${paint.red(error.code)}: ${indentRest(error.message)}`
  const answer = describeAnswer(error, paint).map((line) => `\n  ${line}`)
  const next = hint === undefined ? '' : `\n  ${paint.cyan('hint:')} ${hint}`
  const aftermath = describeAftermath({ undone, finally: broken ?? null }, paint).map((line) => `\n  ${line}`)
  return `${head}${paint.dim(` · ${facts}`)}${[message, ...answer, ...aftermath].join('')}${next}`
}

/** The steps that were undone, and `finally: failed at step bell: timeout: …` or `finally: cancelled`. */
export const describeAftermath = ({ undone, finally: broken }: Aftermath, paint: Paint): string[] => [
  ...describeUndone(undone, paint),
  ...(broken === null ? [] : [`${paint.red('finally:')} ${describeFinally(broken)}`]),
]

export const describeFinally = ({ status, step, error }: BrokenFinally): string => {
  if (error === null) return status
  const where = step === null ? '' : ` at step ${toPrintable(step)}`
  return `${status}${where}: ${error.code}: ${indentRest(error.message)}`
}

/** `answer: …` with the body by which an HTTP server refused a call, its further lines indented. */
export const describeAnswer = (error: Pick<ResultError, 'details'> | null, paint: Paint): string[] => {
  const answer = answerOf(error?.details)
  return answer === undefined ? [] : [`${paint.dim('answer:')} ${answer.replaceAll('\n', '\n    ')}`]
}

/** `undone: book, charge`, and a line with the reason for each step that could not be undone. */
const describeUndone = (undone: readonly UndoneStep[], paint: Paint): string[] => {
  const done = undone.filter(({ error }) => error === undefined)
  return [
    ...(done.length === 0 ? [] : [`${paint.dim('undone:')} ${done.map(nameUndone).join(', ')}`]),
    ...undone.flatMap((one) =>
      one.error === undefined
        ? []
        : [`${paint.red('not undone:')} ${nameUndone(one)}: ${one.error.code}: ${indentRest(one.error.message)}`],
    ),
  ]
}

const nameUndone = ({ step, visit }: UndoneStep): string => nameVisit(toPrintable(step), visit)

const HEADS: Record<RunResult['status'], (paint: Paint) => string> = {
  completed: ({ green }) => `${green('✓')} completed`,
  failed: ({ red }) => `${red('✗')} failed`,
  cancelled: ({ yellow }) => `${yellow('⊘')} cancelled`,
  running: ({ yellow }) => `${yellow('◷')} left`,
  invalid: ({ red }) => `${red('✗')} invalid`,
  error: ({ red }) => `${red('✗')} error`,
}

const indentRest = (message: string): string => toPrintable(message).replaceAll('\n', '\n  ')
