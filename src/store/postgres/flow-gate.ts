/**
 * Reads flows from SQL: the permit holders, the queue, the runs that may start. The rules are in ../rules/flow.ts.
 *
 * Two servers that judge the same flow at once would both find its permit free. So a session that is to admit a run locks the flow
 * first, until its transaction ends.
 */
import { type Admission, countFree, type FlowState, findGate, judgeFlow, UNBOUND } from '../rules/flow.ts'
import { keepsPermit } from '../rules/lease.ts'
import { toPhaseCode } from '../sql/codes.ts'
import {
  type FlowMemberRow,
  type QueuedMember,
  type StoredHolder,
  type StoredMember,
  toFlowMember,
  toLimits,
  toPermit,
} from '../sql/flow-columns.ts'
import { one, type Session, sql } from './session.ts'
import { NOW } from './statements.ts'

/** First half of the key of each advisory lock: "Trpe". */
const LOCK_SPACE = 0x54727065

export class FlowGate {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async lock(flowKey: string): Promise<void> {
    await this.#session.all(SQL.lock, [flowKey])
  }

  /** Judges the claim of a run without a holder by the rules of its flow. */
  async judgeClaim(key: number): Promise<Admission> {
    const member = await one(this.#session, SQL.readMember, [key])
    if (member === undefined) return UNBOUND
    const gate = findGate(toFlowMember(member))
    if (gate === 'open')
      return { ...UNBOUND, takesPermit: member.admitted_at !== null, isExpired: member.is_expired === 1 }
    return gate === 'permit' ? this.#judgePermit(member) : this.judge(member)
  }

  /** Judges a run that is not admitted yet. */
  async judge(member: FlowMemberRow): Promise<Admission> {
    const { flow_key, rank, key } = member
    const found = await one(this.#session, SQL.countAhead, [flow_key, rank, key])
    const ahead = found?.ahead ?? 0
    return { ...judgeFlow(toLimits(member), { ...(await this.read(member)), ahead }), ahead, takesPermit: true }
  }

  /** Reads which of the other runs hold a permit, and when runs were admitted. */
  async read({ key, flow_key, concurrency, rate_window_ms }: FlowMemberRow): Promise<FlowState> {
    const admissions =
      rate_window_ms === null ? [] : await this.#session.all(SQL.readAdmissions, [flow_key, rate_window_ms])
    const holders = concurrency === null ? [] : await this.#readHolders(flow_key, key)
    return { holders, admissions: admissions.map(({ admitted_at }) => admitted_at) }
  }

  /** Lists the queued runs of this flow in the order of their turns, except for those that are to be cancelled. */
  listQueued(flowKey: string, limit: number | null = null): Promise<QueuedMember[]> {
    return this.#session.all(SQL.listQueued, [flowKey, limit])
  }

  /** Lists the queued runs of all flows that may start now, at most `limit` of each flow. A child run is begun by the process of its parent. */
  async listFree(limit: number, unfit: readonly string[] = []): Promise<QueuedMember[]> {
    const free = await this.#session.all(SQL.listUnbound, [limit, unfit])
    for (const head of await this.#session.all(SQL.readHeads)) {
      const room = Math.min(countFree(toLimits(head), await this.read(head)), limit)
      if (room > 0) free.push(...(await this.listQueued(head.flow_key, room)))
    }
    return free.filter(({ is_child, needs }) => is_child === 0 && (needs === null || !unfit.includes(needs)))
  }

  async admit(key: number): Promise<void> {
    await this.#session.all(SQL.admit, [key])
  }

  /** Judges a run that was admitted, and whose permit may be taken: the rate and the queue no longer count. */
  async #judgePermit(member: StoredMember): Promise<Admission> {
    const unrated = { ...member, rate_window_ms: null }
    const state = { ...(await this.read(unrated)), ahead: 0 }
    return { ...judgeFlow(toLimits(unrated), state), ahead: 0, takesPermit: true }
  }

  async #readHolders(flowKey: string, except: number): Promise<string[]> {
    const found = await this.#session.all(SQL.readHolders, [flowKey])
    return found.filter((row) => row.key !== except && keepsPermit(toPermit(row), row.now)).map(({ id }) => id)
  }
}

const IN_QUEUE = `status = 0 and phase = ${toPhaseCode('queued')}`
const CANCEL_WAITS = `exists (select 1 from inbox where inbox.run = run.key and inbox.taken = 0 and inbox.kind = 'cancel')`
const IS_EXPIRED = `(${IN_QUEUE} and expires_at is not null and expires_at <= ${NOW})`
/** Queued runs that no longer wait for their turn: they begin only to be cancelled. */
const IS_LEAVING = `(${CANCEL_WAITS} or ${IS_EXPIRED})`

const MEMBER = 'key, flow_key, concurrency, rank, rate_count, rate_window_ms'

const SQL = {
  lock: sql(`select pg_advisory_xact_lock(${LOCK_SPACE}, hashtext($1::text))`),
  readMember: sql<StoredMember>(
    `select ${MEMBER}, phase, is_paused, epoch, admitted_at, (${CANCEL_WAITS})::int as is_cancelled,
       coalesce(${IS_EXPIRED}, false)::int as is_expired from run where key = $1`,
  ),
  countAhead: sql<{ ahead: number }>(
    `select count(*) as ahead from run where ${IN_QUEUE} and md5(flow_key) = md5($1) and (rank < $2::bigint or (rank = $2::bigint and key < $3::bigint))
     and not ${IS_LEAVING}`,
  ),
  readHolders: sql<StoredHolder & { now: number }>(
    `select key, id, holder, lease_until, phase, is_paused, ${NOW} as now from run
     where status = 0 and admitted_at is not null and md5(flow_key) = md5($1) order by admitted_at, key`,
  ),
  readAdmissions: sql<{ admitted_at: number }>(
    `select admitted_at from run where rate_count is not null and admitted_at is not null and md5(flow_key) = md5($1)
     and admitted_at > ${NOW} - $2::bigint order by admitted_at`,
  ),
  /** In the order of the queue. */
  listQueued: sql<QueuedMember>(
    `select id, key, rank, (parent is not null)::int as is_child, needs from run
     where ${IN_QUEUE} and md5(flow_key) = md5($1) and not ${IS_LEAVING} order by rank, key limit $2::bigint`,
  ),
  /** The first run of each queue. */
  readHeads: sql<FlowMemberRow>(
    `with recursive flows as (
       (select md5(flow_key) as hash from run where ${IN_QUEUE} and flow_key is not null order by md5(flow_key) limit 1)
       union all
       select (select md5(run.flow_key) from run where ${IN_QUEUE} and md5(run.flow_key) > flows.hash order by md5(run.flow_key) limit 1)
       from flows where flows.hash is not null)
     select head.* from flows cross join lateral (
       select ${MEMBER} from run where ${IN_QUEUE} and md5(run.flow_key) = flows.hash and not ${IS_LEAVING}
       order by rank, key limit 1) as head`,
  ),
  /** Runs without a flow. */
  listUnbound: sql<QueuedMember>(
    `select id, key, 0 as rank, 0 as is_child, needs from run where ${IN_QUEUE} and md5(flow_key) is null
     and (needs is null or needs <> all($2::text[])) order by key limit $1`,
  ),
  admit: sql(`update run set admitted_at = coalesce(admitted_at, ${NOW}) where key = $1`),
} as const
