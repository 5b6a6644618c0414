/** Reads events again that a client may have missed: by their time, and a while before it. */
import type { JournalHead } from '../store/head-store.ts'
import type { Store } from '../store/store.ts'
import { type RunEvent, readEnd, readRowEvents } from './run-event.ts'

/**
 * A row is durable a while after its time: within a lease, or its writer has lost the run. Clocks of servers differ by less. Rows of
 * this while come twice, so that none is missed.
 */
const OVERLAP_MS = 60_000

export interface PastEventsQuery {
  /** Epoch milliseconds. */
  since: number
  /** The rows that come by themselves later, by the ids of the runs: those behind this one. */
  followed: ReadonlyMap<string, number>
  wants(workflow: string): boolean
}

/** Yields the events of one run after the other. @throws StoreError */
export async function* readPastEvents(
  store: Store,
  { since, followed, wants }: PastEventsQuery,
): AsyncGenerator<readonly RunEvent[]> {
  const from = since - OVERLAP_MS
  const after = await store.readNewestKey()
  for (const head of await store.listHeads({ after, endedSince: from })) {
    const to = followed.get(head.id) ?? (head.isOver ? head.seq : 0)
    if (to === 0 || head.at < from || !wants(head.workflow)) continue
    yield* readRows(store, head, { from, to })
    if (!followed.has(head.id)) yield await readEnd(store, head.id)
  }
}

async function* readRows(
  store: Store,
  { id, workflow }: JournalHead,
  { from, to }: { from: number; to: number },
): AsyncGenerator<readonly RunEvent[]> {
  let after = await findLastBefore(store, id, { from, to })
  while (after < to) {
    const events = await readRowEvents(store, { id, workflow, after, to })
    if (events.length === 0) return
    after += events.length
    yield events
  }
}

/** The last row before a time, among those up to `to`; 0 for none. Rows are in the order of their times. */
const findLastBefore = async (
  store: Store,
  id: string,
  { from, to }: { from: number; to: number },
): Promise<number> => {
  let [low, high] = [0, to]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const [row] = await store.readRows(id, { from: middle, to: middle })
    if (row !== undefined && row.at >= from) high = middle - 1
    else low = middle
  }
  return low
}
