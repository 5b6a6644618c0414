/** Holds what a server outside has seen against what the journals say was recorded, and when. */
import type { JournalRow } from '../../src/store/journal-row.ts'
import type { Store } from '../../src/store/store.ts'
import type { SeenEffect } from '../support/effect-server.ts'

export interface JudgedEffects {
  /** Effects that came in after their outcome was recorded. */
  repeated: number
  /** Effects in flight at a kill that came in again. */
  again: number
  /** Effects that came in more often than the journal says that they were lost. */
  tooOften: number
  keysChanged: number
}

/** Judges the effects of these runs and their children. */
export const judgeEffects = async (
  store: Store,
  { ids, seen }: { ids: readonly string[]; seen: readonly SeenEffect[] },
): Promise<JudgedEffects> => {
  const found: JudgedEffects = { repeated: 0, again: 0, tooOften: 0, keysChanged: 0 }
  const arrivals = Map.groupBy(seen, ({ name }) => name)
  for (const id of ids) {
    const children = await store.listRuns({ parent: id })
    for (const one of [id, ...children.map((child) => child.id)]) {
      const rows = await store.readJournal(one)
      for (const row of rows) if (nameOf(row) !== undefined) judgeEffect(row, { rows, arrivals, found })
    }
  }
  return found
}

const nameOf = ({ kind, data }: JournalRow): string | undefined =>
  kind === 'outcome' ? (data as { output?: { body?: { name?: string } } }).output?.body?.name : undefined

interface Evidence {
  rows: readonly JournalRow[]
  arrivals: ReadonlyMap<string, readonly SeenEffect[]>
  found: JudgedEffects
}

const judgeEffect = (outcome: JournalRow, { rows, arrivals, found }: Evidence): void => {
  const came = arrivals.get(nameOf(outcome) ?? '') ?? []
  const lost = rows.filter(
    ({ kind, path, visit }) => kind === 'lost' && path === outcome.path && visit === outcome.visit,
  )
  found.repeated += came.filter(({ at }) => at > outcome.at).length
  found.again += came.length - 1
  if (came.length > lost.length + 1) found.tooOften++
  if (new Set(came.map(({ key }) => key)).size > 1) found.keysChanged++
}
