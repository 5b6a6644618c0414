import { toApprovalId } from '../../store/approval-id.ts'
import type { NamedApproval } from '../../store/approval-record.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { Store } from '../../store/store.ts'

export interface AskedPlace {
  runId: string
  path: string
  /** Default: the last visit. */
  visit?: number | undefined
}

/** Describes the outcome of a question that is no longer open, from the journal: `ann approved it at …`. */
export const describeOutcome = async (
  store: Store,
  { runId, path, visit }: AskedPlace,
): Promise<string | undefined> => {
  const rows = await store.readJournal(runId)
  const row = rows.filter(isEnd).findLast((one) => one.path === path && (visit === undefined || one.visit === visit))
  if (row !== undefined) return describe(row)
  const found = await store.findRun(runId)
  return found.kind === 'found' && found.run.status !== 'running' ? `its run is over: ${found.run.status}` : undefined
}

/** Explains why no question is open at this place under its former id. */
export const explainClosed = async (store: Store, place: Omit<NamedApproval, 'id'>): Promise<string> => {
  const { runId, path, visit } = place
  const open = (await store.listApprovals({ run: runId })).find((one) => one.path === path && one.visit === visit)
  if (open !== undefined) return `what is asked has changed: it is '${toApprovalId(open)}' now`
  return (await describeOutcome(store, place)) ?? 'nothing is asked there any more'
}

type EndRow = JournalRow<'decision' | 'timer'>

const isEnd = (row: JournalRow): row is EndRow =>
  row.kind === 'decision' || (row.kind === 'timer' && row.data.timer === 'timeout')

const describe = (row: EndRow): string => {
  const when = new Date(row.at).toISOString()
  if (row.kind === 'timer') return `its time was over at ${when}`
  const { by, verdict } = row.data
  return `${by} ${verdict} it at ${when}`
}
