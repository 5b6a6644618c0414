/** The port through which commands read runs: of a database here, or of a server. */
import type { RunQuery, SelectedRuns } from '../service/history/select-runs.ts'
import type { ShownRun } from '../service/history/shown-runs.ts'
import type { TracedRun } from '../service/history/traced-run.ts'
import type { RunRecord } from '../store/store.ts'
import type { DamagedRows } from './damaged-rows.ts'

export interface RunReader {
  list(query: RunQuery): Promise<Omit<SelectedRuns, 'runs'> & { runs: ShownRun[] }>
  /** Child runs, newest first. */
  listChildren(parent: string, limit: number | undefined): Promise<RunRecord[]>
  /** @param run An id, the beginning or end of one, or `last`. @throws CliError */
  trace(run: string): Promise<TracedRun>
  /** Runs that could not be decoded so far; none of a server. */
  damaged: Pick<DamagedRows, 'runs'>
}
