import type { DecisionData } from '../../runtime/run-event.ts'
import type { JournalRow } from '../../store/journal-row.ts'
import type { Store } from '../../store/store.ts'

export interface AskedPlace {
  runId: string
  path: string
  /** Default: the last one. */
  visit?: number | undefined
}

/** What has become of a question that is no longer open, as far as the journal tells: `ann approved it at …`. */
export const describeOutcome = async (
  store: Store,
  { runId, path, visit }: AskedPlace,
): Promise<string | undefined> => {
  const rows = await store.readJournal(runId)
  const row = rows.findLast((one) => one.path === path && (visit === undefined || one.visit === visit) && isEnd(one))
  if (row !== undefined) return describe(row)
  const found = await store.findRun(runId)
  return found.kind === 'found' && found.run.status !== 'running' ? `its run is over: ${found.run.status}` : undefined
}

const isEnd = ({ kind, data }: JournalRow): boolean =>
  kind === 'decision' || (kind === 'timer' && (data as { timer?: string }).timer === 'timeout')

const describe = ({ kind, at, data }: JournalRow): string => {
  const when = new Date(at).toISOString()
  if (kind === 'timer') return `its time was over at ${when}`
  const { by, verdict } = data as unknown as DecisionData
  return `${by} ${verdict} it at ${when}`
}
