/**
 * Deletes ended runs. The tail of a long journal is deleted first, in transactions of its own, so that no journal ever has a gap.
 * The last transaction deletes the run with the rest. The next sweep finds a run whose deletion was interrupted.
 */
import type { SweepRule } from '../../maintenance.ts'
import { chooseSwept, type EndedRoot, readOwnRules } from '../../rules/sweep.ts'
import { toStatus } from '../../sql/codes.ts'
import { LAST_SEQ, toJournalKey } from '../../sql/journal-key.ts'
import type { Connection } from '../connection.ts'
import type { MaintainedStore } from './maintained-store.ts'

const RUNS_A_LOOK = 2_000
/** Rows and runs that one transaction deletes: it takes some milliseconds. */
const ROWS_A_STEP = 2_000
const RUNS_A_STEP = 100

export const sweepRuns = async (
  store: MaintainedStore,
  rule: SweepRule,
): Promise<{ runs: number; rows: number; gone: ReadonlySet<number> }> => {
  const statements = prepareSweep(store.connection)
  const { ended, newest } = await listEnded(store.queue, statements)
  const left = chooseSwept(ended, rule, await readOwnRules(newest, rule))
  const swept = { runs: 0, rows: 0, gone: new Set<number>() }
  const isDryRun = rule.isDryRun === true
  while (left.length > 0 && rule.signal?.aborted !== true) {
    const some = isDryRun
      ? await store.queue.read(() => countSome(left, statements))
      : await store.queue.change(() => sweepSome(left, statements))
    left.splice(0, some.done)
    swept.runs += some.runs
    swept.rows += some.rows
    if (isDryRun) for (const key of some.gone) swept.gone.add(key)
    // A commit in memory ends within this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return swept
}

type SweepStatements = ReturnType<typeof prepareSweep>

/** `newest`: the definition of the newest ended run, by workflow. */
const listEnded = async (
  queue: MaintainedStore['queue'],
  { listRoots, readHash }: SweepStatements,
): Promise<{ ended: EndedRoot[]; newest: Map<string, string> }> => {
  const ended: EndedRoot[] = []
  const definitions = new Map<string, number>()
  for (let after = 0; ; ) {
    const some = await queue.read(() => listRoots.all(after, RUNS_A_LOOK))
    for (const { key, status, ended_at, workflow, definition } of some) {
      if (ended_at === null) continue
      ended.push({ key, workflow, status: toStatus(status) ?? 'failed', endedAt: ended_at })
      definitions.set(workflow, definition)
    }
    const last = some.at(-1)
    if (last === undefined) break
    after = last.key
    await new Promise((resolve) => setImmediate(resolve))
  }
  const newest = [...definitions].map(([name, key]): [string, string] => [name, readHash.get(key) ?? ''])
  return { ended, newest: new Map(newest) }
}

interface SweptSome {
  /** Number of roots that are deleted completely. */
  done: number
  runs: number
  rows: number
  /** Keys of runs. */
  gone: number[]
}

const countSome = (roots: readonly number[], statements: SweepStatements): SweptSome => {
  const counted: SweptSome = { done: 0, runs: 0, rows: 0, gone: [] }
  for (const root of roots.slice(0, RUNS_A_STEP)) {
    const family = listFamily(root, statements)
    for (const run of family.isGoing ? [] : family.runs) {
      counted.gone.push(run)
      counted.runs += 1
      counted.rows += statements.countRows.get(toJournalKey(run, 1), toJournalKey(run, LAST_SEQ)) ?? 0
    }
    counted.done += 1
  }
  return counted
}

const sweepSome = (roots: readonly number[], statements: SweepStatements): SweptSome => {
  const swept: SweptSome = { done: 0, runs: 0, rows: 0, gone: [] }
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
      // Another process may have deleted the run.
      swept.runs += statements.deleteRun.run(run).changes
    }
    swept.done += 1
  }
  return swept
}

/** Lists a run before its children. `isGoing`: a child still runs though the root has ended, so that the family stays. */
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

interface StoredRoot {
  key: number
  status: number
  ended_at: number | null
  workflow: string
  definition: number
}

const prepareSweep = (db: Connection) => ({
  /** Lists root runs, ended or not, in the order of their keys. */
  listRoots: db.prepare<[after: number, limit: number], StoredRoot>(
    `select key, status, case when status > 0 then ended_at end as ended_at, workflow, definition from run
     where key > ? and parent is null order by key limit ?`,
  ),
  readHash: db.prepare<[definition: number], string>('select hash from definition where key = ?').pluck(),
  listChildren: db.prepare<[parent: number], { key: number; status: number }>(
    'select key, status from run where parent = ?',
  ),
  countRows: db
    .prepare<[first: number, last: number], number>('select count(*) from journal where key between ? and ?')
    .pluck(),
  deleteRun: db.prepare<[run: number]>('delete from run where key = ?'),
  /** Deletes the last rows first. */
  deleteRows: db.prepare<[first: number, last: number, limit: number]>(
    'delete from journal where key in (select key from journal where key between ? and ? order by key desc limit ?)',
  ),
  removals: [
    'delete from timer where run = ?',
    'delete from inbox where run = ?',
    'delete from approval where run = ?',
    'delete from approval_id where run = ?',
    'delete from outbox where run = ?',
    'delete from snapshot where run = ?',
  ].map((sql) => db.prepare<[run: number]>(sql)),
})
