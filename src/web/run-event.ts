/** Events of the stream of all runs: rows of journals, and the ends of runs. */
import { toRunJson } from '../service/views/run-json.ts'
import type { Store } from '../store/store.ts'

export interface RunEvent {
  workflow: string
  /** Kind of the row, or `end`. */
  event: string
  /** JSON. */
  text: string
}

/** Rows that are read at once. */
const PAGE = 200

/** Reads the next rows behind `after`, up to `to`, as events: one for each row. @throws StoreError */
export const readRowEvents = async (
  store: Store,
  { id, workflow, after, to }: { id: string; workflow: string; after: number; to: number },
): Promise<RunEvent[]> => {
  const rows = await store.readRows(id, { from: after + 1, to: Math.min(after + PAGE, to) })
  return rows.map((row) => ({ workflow, event: row.kind, text: JSON.stringify({ run: id, workflow, ...row }) }))
}

/** The event of an end; none for a run that was deleted. @throws StoreError */
export const readEnd = async (store: Store, id: string): Promise<RunEvent[]> => {
  const found = await store.findRun(id)
  if (found.kind !== 'found') return []
  return [{ workflow: found.run.workflow, event: 'end', text: JSON.stringify(toRunJson(found.run)) }]
}
