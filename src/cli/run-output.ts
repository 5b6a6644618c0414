/** Writes the result of a run: its output to standard output, the rest to standard error. */

import type { CompiledWorkflow } from '../compiler/compile.ts'
import { readAftermath } from '../service/control/aftermath.ts'
import { measureRun } from '../service/history/measure-run.ts'
import type { RunRecord, Store } from '../store/store.ts'
import { InvalidFile } from './cli-error.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { writeJson } from './output.ts'
import { explainError, reportError } from './report-error.ts'
import { describeResult, type RunResult, toEndExitCode, toEndedResult, toErrorResult } from './run-result.ts'
import { createPlainView } from './view/plain-view.ts'
import { createSilentView, type RunView, type ViewedRun } from './view/run-view.ts'

export interface OutputOptions {
  json?: boolean
  quiet?: boolean
}

/** Chooses the view for the terminal and the flags: with `--json` only a terminal gets one. */
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
  context: Context,
  { json = false, quiet = false }: OutputOptions,
  { result, workflow }: { result: RunResult; workflow: Pick<CompiledWorkflow, 'workflow'> | undefined },
): void => {
  const { stderr } = context
  if (json) writeJson(context, result)
  else if (result.status === 'completed' && (result.output !== null || workflow?.workflow.output !== undefined))
    writeJson(context, result.output)
  // `--quiet` silences success. Failures are reported, unless `--json` has reported them.
  if (json ? quiet || !stderr.isTerminal : quiet && result.status === 'completed') return
  stderr.write(`${describeResult(result, { paint: stderr.paint, hint: hintFor(result) })}\n`)
}

const hintFor = ({ run, status, error, finally: broken }: RunResult): string | undefined => {
  if (run === null) return undefined
  if (error?.code === 'lease_lost') return 'troupe runs shows its holder'
  if (status === 'running') return `recorded steps are kept; to continue: troupe resume ${run}`
  return status === 'failed' || broken !== undefined ? `to see what happened: troupe trace ${run}` : undefined
}

/** Writes the result of a run that has ended, as when it ended here. Resolves to the exit code of `run`. */
export const writeEnd = async (
  context: Context,
  output: OutputOptions,
  { run, store, workflow }: { run: RunRecord; store: Store; workflow?: CompiledWorkflow },
): Promise<number> => {
  const { durationMs } = measureRun(run)
  const aftermath = await readAftermath(store, run)
  const result = toEndedResult({ ...run, run: run.id }, { durationMs, ...aftermath })
  writeResult(context, output, { result, workflow })
  return toEndExitCode(run.status)
}

/**
 * Calls `act`. Reports an error that occurs before a run exists; with `--json` as the same object, without a run. Resolves to the
 * exit code.
 */
export const orRefuse = async (
  context: Context,
  { json = false }: OutputOptions,
  act: () => Promise<number>,
): Promise<number> => {
  try {
    return await act()
  } catch (thrown) {
    const exitCode = reportError(thrown)
    if (!json) return exitCode
    const result = toErrorResult(explainError(thrown), { status: exitCode === EXIT.invalid ? 'invalid' : 'error' })
    const diagnostics = thrown instanceof InvalidFile ? { diagnostics: thrown.diagnostics } : {}
    writeJson(context, { ...result, ...diagnostics })
    return exitCode
  }
}
