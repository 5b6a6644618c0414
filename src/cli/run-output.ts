/** Where the result of a run goes: its output to standard output, the rest to standard error. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { NO_USAGE } from '../runtime/budget/usage-totals.ts'
import { InvalidFile } from './cli-error.ts'
import type { Context } from './context.ts'
import { explainError, reportError } from './report-error.ts'
import { describeResult, type RunResult } from './run-result.ts'
import { createPlainView } from './view/plain-view.ts'
import { createSilentView, type RunView, type ViewedRun } from './view/run-view.ts'

export interface OutputOptions {
  json?: boolean
  quiet?: boolean
}

/** The view that fits the terminal and the flags: with `--json` only a terminal gets one. */
export const chooseView = async (
  { stderr }: Context,
  { json = false, quiet = false }: OutputOptions,
  viewed: ViewedRun,
): Promise<RunView> => {
  if (quiet || (json && !stderr.isTerminal)) return createSilentView()
  if (!stderr.isTerminal) return createPlainView(stderr, viewed)
  return (await import('./view/live-view.ts')).createLiveView(stderr, viewed)
}

export const writeResult = (
  { stdout, stderr }: Context,
  { json = false, quiet = false }: OutputOptions,
  { result, workflow }: { result: RunResult; workflow: Pick<CompiledWorkflow, 'workflow'> | undefined },
): void => {
  if (json) stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else if (result.status === 'completed' && (result.output !== null || workflow?.workflow.output !== undefined))
    stdout.write(`${JSON.stringify(result.output, null, 2)}\n`)
  if (isQuiet(result, { json, quiet, isTerminal: stderr.isTerminal })) return
  stderr.write(`${describeResult(result, { paint: stderr.paint, hint: hintFor(result) })}\n`)
}

/** `--quiet` silences what went well; what went wrong is said, except where `--json` has said it. */
const isQuiet = (
  { status }: RunResult,
  { json, quiet, isTerminal }: { json: boolean; quiet: boolean; isTerminal: boolean },
): boolean => (json ? quiet || !isTerminal : quiet && status === 'completed')

const hintFor = ({ run, status, error }: RunResult): string | undefined => {
  if (run === null) return undefined
  if (error?.code === 'lease_lost') return `troupe runs shows who has it`
  if (status === 'running') return `nothing recorded is lost; go on with: troupe resume ${run}`
  return status === 'failed' ? `see what happened: troupe trace ${run}` : undefined
}

/** For an error before there is a run: with `--json` the same object, without a run. The exit code. */
export const writeRefusal = ({ stdout }: Context, { json = false }: OutputOptions, thrown: unknown): number => {
  const exitCode = reportError(thrown)
  if (!json) return exitCode
  const { code, message } = explainError(thrown)
  const result: RunResult = {
    run: null,
    workflow: null,
    status: exitCode === 2 ? 'invalid' : 'error',
    output: null,
    error: { code, message, step: null },
    usage: NO_USAGE,
    duration_ms: 0,
  }
  const diagnostics = thrown instanceof InvalidFile ? { diagnostics: thrown.diagnostics } : {}
  stdout.write(`${JSON.stringify({ ...result, ...diagnostics }, null, 2)}\n`)
  return exitCode
}
