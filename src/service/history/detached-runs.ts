import { isJsonObject } from '../../core/json.ts'
import { toDetachedId } from '../../runtime/child/child-id.ts'
import type { JournalRow } from '../../store/journal-row.ts'

/** Ids of the runs that steps of this run have started without waiting for them, in order. */
export const listDetached = (runId: string, rows: readonly JournalRow[]): string[] =>
  rows.flatMap((row) => {
    if (row.kind !== 'outcome' || !('output' in row.data)) return []
    const { output } = row.data
    const id = isJsonObject(output) ? output.run : undefined
    return typeof id === 'string' && id === toDetachedId(runId, `${row.path}#${row.visit}`) ? [id] : []
  })
