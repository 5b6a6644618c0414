/**
 * Deletes ended runs. The tail of a long journal is deleted first, in transactions of its own, so that no journal ever has a gap.
 * The last transaction deletes the run with the rest. The next sweep finds a run whose deletion was interrupted.
 */
import type { SweepRule } from '../../maintenance.ts'
import { chooseSwept, type EndedRoot, readOwnRules } from '../../rules/sweep.ts'
import { toStatus } from '../../sql/codes.ts'
import { LAST_SEQ, toJournalKey } from '../../sql/journal-key.ts'
import { one, type Session, sql } from '../session.ts'
import type { StoreConnections } from '../store-connections.ts'

const RUNS_A_LOOK = 2_000
/** Rows and runs that one transaction deletes. */
const ROWS_A_STEP = 2_000
const RUNS_A_STEP = 100

export const sweepRuns = async (
  db: StoreConnections,
  rule: SweepRule,
): Promise<{ runs: number; rows: number; gone: ReadonlySet<number> }> => {
  const { ended, newest } = await db.read(listEnded)
  const left = chooseSwept(ended, rule, await readOwnRules(newest, rule))
  const swept = { runs: 0, rows: 0, gone: new Set<number>() }
  const isDryRun = rule.isDryRun === true
  while (left.length > 0 && rule.signal?.aborted !== true) {
    const roots = left.slice(0, RUNS_A_STEP)
    const some = isDryRun
      ? await db.read((session) => countSome(session, roots))
      : await db.transact((session) => sweepSome(session, roots))
    left.splice(0, some.done)
    swept.runs += some.runs
    swept.rows += some.rows
    if (isDryRun) for (const key of some.gone) swept.gone.add(key)
  }
  return swept
}

/** `newest`: the definition of the newest ended run, by workflow. */
const listEnded = async (session: Session): Promise<{ ended: EndedRoot[]; newest: Map<string, string> }> => {
  const ended: EndedRoot[] = []
  const newest = new Map<string, string>()
  for (let after = 0; ; ) {
    const some = await session.all(SQL.roots, [after, RUNS_A_LOOK])
    for (const { key, status, ended_at, workflow, hash } of some) {
      if (ended_at === null) continue
      ended.push({ key, workflow, status: toStatus(status) ?? 'failed', endedAt: ended_at })
      newest.set(workflow, hash)
    }
    const last = some.at(-1)
    if (last === undefined) return { ended, newest }
    after = last.key
  }
}

interface SweptSome {
  /** Number of roots that are deleted completely. */
  done: number
  runs: number
  rows: number
  /** Keys of runs. */
  gone: number[]
}

const countSome = async (session: Session, roots: readonly number[]): Promise<SweptSome> => {
  const counted: SweptSome = { done: roots.length, runs: 0, rows: 0, gone: [] }
  for (const { runs } of (await listFamilies(session, roots)).values())
    for (const run of runs) {
      counted.gone.push(run)
      counted.runs += 1
      counted.rows +=
        (await one(session, SQL.countRows, [toJournalKey(run, 1), toJournalKey(run, LAST_SEQ)]))?.rows ?? 0
    }
  return counted
}

const sweepSome = async (session: Session, roots: readonly number[]): Promise<SweptSome> => {
  const swept: SweptSome = { done: 0, runs: 0, rows: 0, gone: [] }
  const families = await listFamilies(session, roots)
  for (const root of roots) {
    for (const run of families.get(root)?.runs.toReversed() ?? []) {
      if (swept.runs >= RUNS_A_STEP) return swept
      const range = [toJournalKey(run, 1), toJournalKey(run, LAST_SEQ), ROWS_A_STEP - swept.rows]
      swept.rows += (await session.all(SQL.deleteRows, range)).length
      if (swept.rows >= ROWS_A_STEP) return swept
      // Another process may have deleted the run.
      swept.runs += (await session.all(SQL.deleteRun, [run])).length
    }
    swept.done += 1
  }
  return swept
}

/** Lists the runs of each family, a run before its children. A family with a child that still runs stays: it is left out. */
const listFamilies = async (session: Session, roots: readonly number[]): Promise<Map<number, { runs: number[] }>> => {
  const families = new Map<number, { runs: number[] }>()
  const going = new Set<number>()
  for (const { root, key, status } of await session.all(SQL.families, [roots])) {
    const family = families.get(root) ?? { runs: [] }
    family.runs.push(key)
    families.set(root, family)
    if (key !== root && toStatus(status) === 'running') going.add(root)
  }
  for (const root of going) families.delete(root)
  return families
}

interface StoredRoot {
  key: number
  status: number
  ended_at: number | null
  workflow: string
  hash: string
}

const SQL = {
  /** Lists root runs, ended or not, in the order of their keys. */
  roots: sql<StoredRoot>(
    `select run.key, status, case when status > 0 then ended_at end as ended_at, run.workflow, definition.hash
     from run join definition on definition.key = run.definition
     where run.key > $1 and parent is null order by run.key limit $2`,
  ),
  families: sql<{ root: number; key: number; status: number }>(
    `with recursive family as (
       select key as root, key, status, 0 as depth from run where key = any($1::int[])
       union all
       select family.root, child.key, child.status, family.depth + 1 from run child join family on child.parent = family.key)
     select root, key, status from family order by root, depth, key`,
  ),
  countRows: sql<{ rows: number }>('select count(*) as rows from journal where key between $1 and $2'),
  /** Deletes the last rows first. */
  deleteRows: sql(
    `delete from journal where key in
       (select key from journal where key between $1 and $2 order by key desc limit $3) returning 1`,
  ),
  deleteRun: sql(
    `with ${['timer', 'inbox', 'approval', 'approval_id', 'outbox', 'snapshot']
      .map((table) => `of_${table} as (delete from ${table} where run = $1::int)`)
      .join(', ')} delete from run where key = $1::int returning 1`,
  ),
} as const
