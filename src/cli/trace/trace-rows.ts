/** Orders entries for reading: by time, with the items of a foreach together, and only some of many items. */
import { countOf } from '../../core/count.ts'
import { addTotals, NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import { namePath, nameVisit } from '../figures.ts'
import type { EntryState, TraceEntry } from './trace-entry.ts'

export interface TraceRow extends Omit<TraceEntry, 'path' | 'visit' | 'attempt' | 'state'> {
  depth: number
  name: string
  /** `items`: the entries of a foreach. The journal does not tell how the foreach itself ended. */
  state: EntryState | 'items'
}

/** Most items of a foreach that are all shown. Of more items, `CHOSEN_ROWS` failed ones and as many slow ones are shown. */
const ALL_ITEM_ROWS = 12
const CHOSEN_ROWS = 5

export const toTraceRows = (entries: readonly TraceEntry[], { all }: { all: boolean }): TraceRow[] =>
  groupEntries(entries).flatMap(({ id, members }) =>
    id === undefined ? members.map((entry) => toRow(entry, entry.path, 0)) : toGroupRows(id, members, all),
  )

interface Group {
  /** Id of the foreach. Undefined: an entry outside of any foreach. */
  id: string | undefined
  members: TraceEntry[]
}

/** Groups in order of their first start. */
const groupEntries = (entries: readonly TraceEntry[]): Group[] => {
  const groups: Group[] = []
  const byId = new Map<string, Group>()
  for (const entry of [...entries].sort((a, b) => a.startedAt - b.startedAt)) {
    const id = /^([^[/]+)\[/.exec(entry.path)?.[1]
    const known = id === undefined ? undefined : byId.get(id)
    const group = known ?? { id, members: [] }
    group.members.push(entry)
    if (known !== undefined) continue
    groups.push(group)
    if (id !== undefined) byId.set(id, group)
  }
  return groups
}

const toGroupRows = (id: string, members: readonly TraceEntry[], all: boolean): TraceRow[] => {
  const shown = all || members.length <= ALL_ITEM_ROWS ? members : chooseMembers(members)
  const hidden = members.length - shown.length
  return [
    summarize(id, members, hidden),
    ...shown.map((entry) => toRow(entry, entry.path.slice(id.length).replace('/', ' '), 1)),
  ]
}

const summarize = (id: string, members: readonly TraceEntry[], hidden: number): TraceRow => {
  const items = new Set(members.flatMap(({ path }) => /^[^[]*\[\d+\]/.exec(path)?.[0] ?? [])).size
  const failed = members.filter(({ state }) => state === 'failed').length
  const parts = [
    ...(items === 0 ? [] : [countOf(items, 'item')]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(hidden === 0 ? [] : [`${countOf(hidden, 'attempt')} not shown (--all shows them)`]),
  ]
  return {
    depth: 0,
    name: id,
    state: 'items',
    // No spread: there may be more members than a call takes arguments.
    startedAt: members.reduce((first, { startedAt }) => Math.min(first, startedAt), Number.POSITIVE_INFINITY),
    endedAt: members.reduce((last, { endedAt }) => Math.max(last, endedAt), 0),
    hasDuration: true,
    usage: members.reduce((sum, { usage }) => addTotals(sum, usage), NO_USAGE),
    note: parts.join(', '),
  }
}

const chooseMembers = (members: readonly TraceEntry[]): TraceEntry[] => {
  const byDuration = [...members].sort((a, b) => b.endedAt - b.startedAt - (a.endedAt - a.startedAt))
  const chosen = new Set([
    ...members.filter(({ state }) => state !== 'completed').slice(0, CHOSEN_ROWS),
    ...byDuration.slice(0, CHOSEN_ROWS),
  ])
  return members.filter((entry) => chosen.has(entry))
}

const toRow = ({ attempt, visit, ...rest }: TraceEntry, path: string, depth: number): TraceRow => {
  const isFirst = attempt === undefined || (attempt === 1 && rest.state === 'completed')
  const name = nameVisit(path === '' ? 'run' : namePath(path), visit)
  return { ...rest, depth, name: `${name}${isFirst ? '' : ` #${attempt}`}` }
}
