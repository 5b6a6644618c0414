/** Finds the runs that have something to do, by indexes alone: the number of other runs makes no difference. */
import { isAlive } from '../process-identity.ts'
import type { Needs } from '../queue-store.ts'
import { toPhaseCode } from '../sql/codes.ts'
import { toOwner } from '../sql/run-record.ts'
import { toNeedsText } from '../sql/server-columns.ts'
import { FlowGate } from './flow-gate.ts'
import { one, type Session, sql } from './session.ts'
import { NOW } from './statements.ts'

interface FoundRun {
  id: string
  key: number
  flow_key: string | null
}

export interface DueQuery {
  /** Epoch milliseconds. */
  at: number
  limit: number
  /** Needs that are passed over. */
  except?: readonly Needs[] | undefined
}

export const listDueRuns = async (session: Session, { at, limit, except = [] }: DueQuery): Promise<string[]> => {
  const unfit = except.flatMap((needs) => toNeedsText(needs) ?? [])
  const found = new Set<string>()
  for (const find of [findLeft, findOrphaned, findByTimer, findByMessage, findExpired, findQueued]) {
    const room = limit - found.size
    if (room <= 0) break
    for (const id of await find(session, room, { at, unfit })) found.add(id)
  }
  return [...found].slice(0, limit)
}

export const readNextDue = async (session: Session): Promise<number | null> =>
  (await one(session, SQL.nextDue))?.due ?? null

type Find = (session: Session, limit: number, look: { at: number; unfit: readonly string[] }) => Promise<string[]>

const findLeft: Find = async (session, limit, { unfit }) =>
  thatMayGoOn(session, await session.all(SQL.left, [limit, unfit]))

/** Runs whose holder is a dead process of this host, before their lease expires. */
const findOrphaned: Find = async (session, limit, { unfit }) => {
  const holders = await session.all(SQL.holders)
  const dead = holders.map(({ holder }) => holder).filter((holder) => !isAlive(toOwner(holder)))
  return dead.length === 0 ? [] : thatMayGoOn(session, await session.all(SQL.heldBy, [dead, limit, unfit]))
}

const findByTimer: Find = async (session, limit, { at, unfit }) =>
  toIds(await session.all(SQL.timers, [at, limit, unfit]))

const findByMessage: Find = async (session, limit, { unfit }) => toIds(await session.all(SQL.messages, [limit, unfit]))

const findExpired: Find = async (session, limit) => toIds(await session.all(SQL.expired, [limit]))

const findQueued: Find = async (session, limit, { unfit }) => {
  const free = await new FlowGate(session).listFree(limit, unfit)
  return toIds(free.sort((first, second) => first.rank - second.rank || first.key - second.key))
}

const toIds = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)

/** Another run of the flow may have taken the permit. */
const thatMayGoOn = async (session: Session, runs: readonly FoundRun[]): Promise<string[]> => {
  const gate = new FlowGate(session)
  const ids: string[] = []
  for (const { id, key, flow_key } of runs) if (flow_key === null || (await gate.judgeClaim(key)).isFree) ids.push(id)
  return ids
}

const ACTIVE = `run.status = 0 and run.phase = ${toPhaseCode('active')} and run.epoch > 0`
const WAITING = `run.status = 0 and run.phase = ${toPhaseCode('waiting')} and run.epoch > 0`
const QUEUED = `run.status = 0 and run.phase = ${toPhaseCode('queued')}`

/** Runs that this process can perform. @param list Number of the parameter with the needs that are passed over. */
const fit = (list: number): string => `(run.needs is null or run.needs <> all($${list}::text[]))`

/** Runs that another server is claiming just now are locked, and passed over. */
const UNCLAIMED = 'for update of run skip locked'

const SQL = {
  left: sql<FoundRun>(
    `select id, key, flow_key from run where ${ACTIVE} and (lease_until is null or lease_until <= ${NOW}) and ${fit(2)}
     order by key limit $1 ${UNCLAIMED}`,
  ),
  holders: sql<{ holder: string }>(`select distinct holder from run where ${ACTIVE} and lease_until > ${NOW}`),
  heldBy: sql<FoundRun>(
    `select id, key, flow_key from run where ${ACTIVE} and lease_until > ${NOW} and holder = any($1::text[]) and ${fit(3)}
     order by key limit $2 ${UNCLAIMED}`,
  ),
  timers: sql<{ id: string }>(
    `select run.id from timer join run on run.key = timer.run where timer.due_at <= $1 and ${WAITING} and ${fit(3)}
     order by timer.due_at limit $2 ${UNCLAIMED}`,
  ),
  messages: sql<{ id: string }>(
    `select run.id from run where exists (select 1 from inbox where inbox.taken = 0 and inbox.run = run.key
       and ((${WAITING}) or (${QUEUED} and inbox.kind = 'cancel'))) and run.status = 0 and ${fit(2)} limit $1 ${UNCLAIMED}`,
  ),
  expired: sql<{ id: string }>(
    `select id from run where ${QUEUED} and parent is null and expires_at is not null and expires_at <= ${NOW}
     order by expires_at limit $1 ${UNCLAIMED}`,
  ),
  nextDue: sql<{ due: number | null }>(
    `select least(
       (select timer.due_at from timer join run on run.key = timer.run where ${WAITING} order by timer.due_at limit 1),
       (select min(expires_at) from run where ${QUEUED} and parent is null and expires_at is not null)) as due`,
  ),
} as const
