/** The port through which commands read runs: of a database here, or of a server. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { RunWait } from '../service/control/run-waits.ts'
import type { PastRun } from '../service/history/past-run.ts'
import type { RunQuery, SelectedRuns } from '../service/history/select-runs.ts'
import type { ShownRun } from '../service/history/shown-runs.ts'
import type { TracedRun } from '../service/history/traced-run.ts'
import type { JournalRow } from '../store/journal-row.ts'
import type { RunRecord } from '../store/store.ts'
import type { DamagedRows } from './damaged-rows.ts'

export interface RunReader {
  list(query: RunQuery): Promise<Omit<SelectedRuns, 'runs'> & { runs: ShownRun[] }>
  /** Child runs, newest first. */
  listChildren(parent: string, limit: number | undefined): Promise<RunRecord[]>
  /** @param run An id, the beginning or end of one, or `last`. @throws CliError */
  trace(run: string): Promise<TracedRun>
  /** The run with its workflow, as it began with it. @throws CliError as `trace`; Fault if it does not compile here */
  readPast(run: string): Promise<ReadRun>
  /** @throws CliError as `trace` */
  follow(run: string): Promise<RunStream>
  /** Runs that could not be decoded so far; none of a server. */
  damaged: Pick<DamagedRows, 'runs'>
}

export interface ReadRun extends Pick<PastRun, 'record' | 'rows' | 'created'> {
  workflow: CompiledWorkflow
}

/** A run that is followed. */
export interface RunStream {
  /** The run as it is when the stream opens. */
  record: RunRecord
  /** The workflow as the run began with it. @throws Fault if it does not compile here; CliError */
  compile(): Promise<CompiledWorkflow>
  /** All rows of the journal from the first one, until the run has ended or `signal` is aborted. */
  rows(options: RowsOptions): AsyncIterable<readonly JournalRow[]>
  /** Open approvals of its child runs. */
  listAskedBelow(): Promise<RunWait[]>
}

export interface RowsOptions {
  signal: AbortSignal
  /** Tells why the rows are cut off for a while; undefined: they come again. */
  onGap(reason: string | undefined): void
}
