import { toApprovalId } from '../../store/approval-id.ts'
import type { NamedApproval } from '../../store/approval-record.ts'
import type { DecisionData } from '../../store/journal-data.ts'
import { isPartial, type JournalRow } from '../../store/journal-row.ts'
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
  const answers = rows
    .filter(isAnswer)
    .filter((one) => one.path === path && (visit === undefined || one.visit === visit))
  const end = answers.findLast(isEnd)
  if (end !== undefined) {
    const before = answers.filter((row) => row.kind === 'decision' && row.visit === end.visit && isPartial(row))
    return describe(end, before)
  }
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

type AnswerRow = JournalRow<'decision' | 'timer'>

const isAnswer = (row: JournalRow): row is AnswerRow =>
  row.kind === 'decision' || (row.kind === 'timer' && row.data.timer === 'timeout')

const isEnd = (row: AnswerRow): boolean => row.kind === 'timer' || !isPartial(row)

/** @param before Approvals of other people that did not end it. */
const describe = (end: AnswerRow, before: readonly AnswerRow[]): string => {
  const when = new Date(end.at).toISOString()
  if (end.kind === 'timer') return `its time was over at ${when}`
  const { by, verdict } = end.data
  const people = before.flatMap((row) => (row.kind === 'decision' ? [row.data.by] : []))
  return `${describeVerdict({ verdict, by }, people)} at ${when}`
}

/** `ann approved it`, `ann and bob approved it`. @param before Names of those who approved before. */
export const describeVerdict = (
  { verdict, by }: Pick<DecisionData, 'verdict' | 'by'>,
  before: readonly string[],
): string => `${verdict === 'approved' ? [...before, by].join(' and ') : by} ${verdict} it`
