/** Shows a run that other processes perform, by the rows of its journal, and writes its result. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { listAftermath } from '../service/control/aftermath.ts'
import { FollowedRun } from '../service/history/followed-run.ts'
import { measureRun } from '../service/history/measure-run.ts'
import { toRunJson } from '../service/views/run-json.ts'
import { toShownStatus } from '../service/views/shown-status.ts'
import type { JournalRow } from '../store/journal-row.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { writeHint, writeJsonLine } from './output.ts'
import { toOneLine } from './printable.ts'
import { explainError } from './report-error.ts'
import { chooseView, type OutputOptions, writeResult } from './run-output.ts'
import type { RunReader, RunStream } from './run-reader.ts'
import { toEndExitCode, toEndedResult } from './run-result.ts'
import type { RunView } from './view/run-view.ts'
import { watchAsked } from './watch-asked.ts'

const LEAVING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface WatchOptions {
  reader: RunReader
  run: string
  /** True: `--json` writes each row on a line, and the run as the last one. Default: the result alone. */
  writesRows?: boolean
}

/** Resolves to the exit code that `run` would have. A signal leaves the run as it is. */
export const watchRun = async (
  context: Context,
  output: OutputOptions,
  { reader, run, writesRows = false }: WatchOptions,
): Promise<number> => {
  const stream = await reader.follow(run)
  const interrupt = new AbortController()
  let left: (typeof LEAVING)[number] | undefined
  const leaveBy = (signal: (typeof LEAVING)[number]): void => {
    left = signal
    interrupt.abort()
  }
  for (const signal of LEAVING) process.on(signal, leaveBy)
  try {
    const inRows = writesRows && output.json === true
    const shown = inRows ? createRowWriter(context) : await createShow(context, output, stream)
    try {
      for await (const rows of stream.rows({ signal: interrupt.signal, onGap: shown.onGap }))
        for (const row of rows) shown.take(row)
    } finally {
      shown.end()
    }
    if (left !== undefined) return leave(context, stream.record.id, left)
    return await writeEnd(context, output, { reader, stream, inRows, workflow: shown.workflow })
  } finally {
    for (const signal of LEAVING) process.off(signal, leaveBy)
  }
}

/** Takes the rows of a stream. */
interface Show {
  /** Undefined: it is not known, or not needed. */
  workflow: CompiledWorkflow | undefined
  take(row: JournalRow): void
  onGap(reason: string | undefined): void
  end(): void
}

const createRowWriter = (context: Context): Show => ({
  workflow: undefined,
  take: (row) => writeJsonLine(context, row),
  onGap: (reason) => context.stderr.write(`${describeGap(reason)}\n`),
  end() {},
})

const describeGap = (reason: string | undefined): string =>
  reason === undefined ? 'connected again' : `${toOneLine(reason)}; trying again`

const createShow = async (context: Context, output: OutputOptions, stream: RunStream): Promise<Show> => {
  const { stderr } = context
  const { record } = stream
  const say = (text: string): void => {
    if (output.quiet !== true && (output.json !== true || stderr.isTerminal)) stderr.write(`${text}\n`)
  }
  if (toShownStatus(record) === 'queued') say(`run ${record.id} is queued`)
  const workflow = await stream.compile().catch((thrown: unknown) => {
    say(`the steps of run ${record.id} are not shown: ${toOneLine(explainError(thrown).message)}`)
    return undefined
  })
  if (workflow === undefined) return { workflow, take() {}, onGap: (reason) => say(describeGap(reason)), end() {} }
  const view = await chooseView(context, output, { workflow, isResumed: false })
  const stop = watchAsked(workflow, { list: () => stream.listAskedBelow(), onAsked: (asked) => view.ask(asked) })
  return {
    workflow,
    take: createFold(view, { id: record.id, workflow }),
    onGap: (reason) => view.say(describeGap(reason)),
    end() {
      stop()
      view.end()
    },
  }
}

/** The view begins when the run does. A journal that this release cannot fold is followed without its steps. */
const createFold = (view: RunView, { id, workflow }: { id: string; workflow: CompiledWorkflow }): Show['take'] => {
  const followed = new FollowedRun({ id, workflow, watch: (notice) => view.take(notice) })
  let hasBegun = false
  let isFolded = true
  return (row) => {
    if (!isFolded) return
    try {
      followed.take(row)
    } catch (thrown) {
      isFolded = false
      view.say(`the further steps are not shown: ${toOneLine(explainError(thrown).message)}`)
    }
    if (hasBegun || (row.kind === 'created' && row.data.queued === true)) return
    hasBegun = true
    view.begin(followed)
  }
}

interface WatchEnd {
  reader: RunReader
  stream: RunStream
  inRows: boolean
  workflow: CompiledWorkflow | undefined
}

const writeEnd = async (
  context: Context,
  output: OutputOptions,
  { reader, stream, inRows, workflow }: WatchEnd,
): Promise<number> => {
  const { run, rows } = await reader.trace(stream.record.id)
  if (inRows) writeJsonLine(context, { kind: 'end', ...toRunJson(run), output: run.output })
  else {
    const { durationMs } = measureRun(run)
    const result = toEndedResult({ ...run, run: run.id }, { durationMs, ...listAftermath(run.status, rows) })
    writeResult(context, output, { result, workflow })
  }
  return toEndExitCode(run.status)
}

const leave = (context: Context, id: string, signal: (typeof LEAVING)[number]): number => {
  context.stderr.write(`run ${id} continues without this command\n`)
  writeHint(context, `to follow it again: troupe watch ${id}; to stop it: troupe cancel ${id}`)
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
}
