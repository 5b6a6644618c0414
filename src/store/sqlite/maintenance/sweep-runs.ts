/**
 * Deletes ended runs. A run goes in one transaction, its last one; the tail of a long journal goes before, so that no journal
 * ever has a gap, and what is cut off half way is found by the next sweep.
 */
import { chooseSwept, type EndedRoot, type SweepRule } from '../../maintenance.ts'
import { toStatus } from '../codes.ts'
import type { Connection } from '../connection.ts'
import { LAST_SEQ, toJournalKey } from '../journal-key.ts'
import type { MaintainedStore } from './maintained-store.ts'

const RUNS_A_LOOK = 2_000
/** How many rows and runs one transaction deletes: some milliseconds. */
const ROWS_A_STEP = 2_000
const RUNS_A_STEP = 100

export const sweepRuns = async (
  { connection, queue }: MaintainedStore,
  rule: SweepRule,
): Promise<{ runs: number; rows: number }> => {
  const statements = prepareSweep(connection)
  const left = chooseSwept(await listEnded(queue, statements), rule)
  const swept = { runs: 0, rows: 0 }
  while (left.length > 0) {
    const { done, runs, rows } = await queue.change(() => sweepSome(left, statements))
    left.splice(0, done)
    swept.runs += runs
    swept.rows += rows
  }
  return swept
}

type SweepStatements = ReturnType<typeof prepareSweep>

const listEnded = async (queue: MaintainedStore['queue'], { listRoots }: SweepStatements): Promise<EndedRoot[]> => {
  const found: EndedRoot[] = []
  for (let after = 0; ; ) {
    const some = await queue.read(() => listRoots.all(after, RUNS_A_LOOK))
    for (const { key, status, ended_at } of some)
      if (ended_at !== null) found.push({ key, status: toStatus(status) ?? 'failed', endedAt: ended_at })
    const last = some.at(-1)
    if (last === undefined) return found
    after = last.key
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** `done`: how many of the roots are gone with all that belonged to them. */
const sweepSome = (
  roots: readonly number[],
  statements: SweepStatements,
): { done: number; runs: number; rows: number } => {
  const swept = { done: 0, runs: 0, rows: 0 }
  for (const root of roots) {
    const family = listFamily(root, statements)
    for (const run of family.isGoing ? [] : family.runs.reverse()) {
      if (swept.runs === RUNS_A_STEP) return swept
      const { changes } = statements.deleteRows.run(
        toJournalKey(run, 1),
        toJournalKey(run, LAST_SEQ),
        ROWS_A_STEP - swept.rows,
      )
      swept.rows += changes
      if (swept.rows >= ROWS_A_STEP) return swept
      for (const remove of statements.removals) remove.run(run)
      swept.runs += 1
    }
    swept.done += 1
  }
  return swept
}

/** A run before its children; and whether one of them goes on, though the root has ended: then all of them stay. */
const listFamily = (root: number, { listChildren }: SweepStatements): { runs: number[]; isGoing: boolean } => {
  const runs = [root]
  let isGoing = false
  for (const run of runs)
    for (const child of listChildren.all(run)) {
      runs.push(child.key)
      isGoing ||= toStatus(child.status) === 'running'
    }
  return { runs, isGoing }
}

const prepareSweep = (db: Connection) => ({
  /** In the order of their keys, ended or not. */
  listRoots: db.prepare<[after: number, limit: number], { key: number; status: number; ended_at: number | null }>(
    'select key, status, case when status > 0 then ended_at end as ended_at from run where key > ? and parent is null order by key limit ?',
  ),
  listChildren: db.prepare<[parent: number], { key: number; status: number }>(
    'select key, status from run where parent = ?',
  ),
  /** The last ones first. */
  deleteRows: db.prepare<[first: number, last: number, limit: number]>(
    'delete from journal where key in (select key from journal where key between ? and ? order by key desc limit ?)',
  ),
  removals: [
    'delete from timer where run = ?',
    'delete from inbox where run = ?',
    'delete from approval where run = ?',
    'delete from outbox where run = ?',
    'delete from run where key = ?',
  ].map((sql) => db.prepare<[run: number]>(sql)),
})
