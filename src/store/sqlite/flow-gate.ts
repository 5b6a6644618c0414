/** Reads flows from SQL: the permit holders, the queue, the runs that may start. The rules are in ../rules/flow.ts. */
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
import type { Connection } from './connection.ts'
import { NOW } from './statements.ts'

const QUEUED = toPhaseCode('queued')
const IN_QUEUE = `status = 0 and phase = ${QUEUED}`
const CANCEL_WAITS = `exists (select 1 from inbox where inbox.run = run.key and inbox.taken = 0 and inbox.kind = 'cancel')`
const IS_EXPIRED = `(${IN_QUEUE} and expires_at is not null and expires_at <= ${NOW})`
/** Queued runs that no longer wait for their turn: they begin only to be cancelled. */
const IS_LEAVING = `(${CANCEL_WAITS} or ${IS_EXPIRED})`

export class FlowGate {
  readonly #statements: ReturnType<typeof prepareGate>

  constructor(connection: Connection) {
    this.#statements = prepareGate(connection)
  }

  /** Judges the claim of a run without a holder by the rules of its flow. */
  judgeClaim(key: number): Admission {
    const member = this.#statements.readMember.get(key)
    if (member === undefined) return UNBOUND
    const gate = findGate(toFlowMember(member))
    if (gate === 'open')
      return { ...UNBOUND, takesPermit: member.admitted_at !== null, isExpired: member.is_expired === 1 }
    return gate === 'permit' ? this.#judgePermit(member) : this.judge(member)
  }

  /** Judges a run that is not admitted yet. */
  judge(member: FlowMemberRow): Admission {
    const { flow_key, rank, key } = member
    const place = [flow_key, rank, rank, key] as const
    const { countAhead, countExpiredAhead } = this.#statements
    const ahead = (countAhead.get(...place) ?? 0) - (countExpiredAhead.get(...place) ?? 0)
    return { ...judgeFlow(toLimits(member), { ...this.read(member), ahead }), ahead, takesPermit: true }
  }

  /** Reads which of the other runs hold a permit, and when runs were admitted. */
  read({ key, flow_key, concurrency, rate_window_ms }: FlowMemberRow): FlowState {
    const now = this.#statements.readNow.get() ?? 0
    const admissions =
      rate_window_ms === null ? [] : this.#statements.readAdmissions.all(flow_key, now - rate_window_ms)
    return { holders: concurrency === null ? [] : this.#readHolders(flow_key, { except: key, now }), admissions }
  }

  /** Lists the queued runs of this flow in the order of their turns, except for those that are to be cancelled. */
  listQueued(flowKey: string, limit = -1): QueuedMember[] {
    return this.#statements.listQueued.all(flowKey, limit)
  }

  /** Lists the queued runs of all flows that may start now, at most `limit` of each flow. @param unfit JSON list of needs that are passed over. */
  listFree(limit: number, unfit = '[]'): QueuedMember[] {
    const isUnfit = toUnfitTest(unfit)
    const free = this.#statements.listUnbound.all(unfit, limit)
    let flow = this.#statements.nextFlow.get('')
    while (typeof flow === 'string') {
      const head = this.#statements.readHead.get(flow)
      if (head !== undefined) free.push(...this.listQueued(flow, Math.min(this.#countFree(head), limit)))
      flow = this.#statements.nextFlow.get(flow)
    }
    // A child run is begun by the process of its parent.
    return free.filter(({ is_child, needs }) => is_child === 0 && !isUnfit(needs))
  }

  admit(key: number): void {
    this.#statements.admit.run(key)
  }

  /** Judges a run that was admitted, and whose permit may be taken: the rate and the queue no longer count. */
  #judgePermit(member: StoredMember): Admission {
    const unrated = { ...member, rate_window_ms: null }
    const state = { ...this.read(unrated), ahead: 0 }
    return { ...judgeFlow(toLimits(unrated), state), ahead: 0, takesPermit: true }
  }

  #countFree(head: FlowMemberRow): number {
    const free = countFree(toLimits(head), this.read(head))
    return Number.isFinite(free) ? free : Number.MAX_SAFE_INTEGER
  }

  #readHolders(flowKey: string, { except, now }: { except: number; now: number }): string[] {
    return this.#statements.readHolders
      .all(flowKey)
      .filter((row) => row.key !== except && keepsPermit(toPermit(row), now))
      .map(({ id }) => id)
  }
}

const toUnfitTest = (unfit: string): ((needs: string | null) => boolean) => {
  const all: ReadonlySet<unknown> = new Set(JSON.parse(unfit))
  return (needs) => all.has(needs)
}

const MEMBER = 'key, flow_key, concurrency, rank, rate_count, rate_window_ms'

const countAheadSql = ({ by = '', that = '' } = {}): string =>
  `select count(*) from run ${by} where ${IN_QUEUE} and flow_key = ? and (rank < ? or (rank = ? and key < ?))
    and not ${CANCEL_WAITS} ${that}`

export const GATE_SQL = {
  readMember: `select ${MEMBER}, phase, is_paused, epoch, admitted_at, ${CANCEL_WAITS} as is_cancelled,
    ${IS_EXPIRED} as is_expired from run
    where key = ?`,
  countAhead: countAheadSql(),
  /** Few, and found by another index than those ahead. */
  countExpiredAhead: countAheadSql({ by: 'indexed by run_expiry', that: `and ${IS_EXPIRED}` }),
  readHolders: `select key, id, holder, lease_until, phase, is_paused from run
    where status = 0 and admitted_at is not null and flow_key = ? order by admitted_at, key`,
  readAdmissions: `select admitted_at from run where rate_count is not null and admitted_at is not null and flow_key = ?
    and admitted_at > ? order by admitted_at`,
  /** In the order of the queue. */
  listQueued: `select id, key, rank, parent is not null as is_child, needs from run
    where ${IN_QUEUE} and flow_key = ? and not ${IS_LEAVING}
    order by rank, key limit ?`,
  readHead: `select ${MEMBER} from run where ${IN_QUEUE} and flow_key = ? and not ${IS_LEAVING} order by rank, key limit 1`,
  nextFlow: `select min(flow_key) from run where ${IN_QUEUE} and flow_key > ?`,
  /** Runs without a flow. */
  listUnbound: `select id, key, 0 as rank, 0 as is_child, needs from run where ${IN_QUEUE} and flow_key is null
    and (needs is null or needs not in (select value from json_each(?))) order by key limit ?`,
}

type QueuePlace = [flowKey: string, rank: number, sameRank: number, key: number]

const prepareGate = (db: Connection) => ({
  readNow: db.prepare<[], number>(`select ${NOW}`).pluck(),
  readMember: db.prepare<[key: number], StoredMember>(GATE_SQL.readMember),
  countAhead: db.prepare<QueuePlace, number>(GATE_SQL.countAhead).pluck(),
  countExpiredAhead: db.prepare<QueuePlace, number>(GATE_SQL.countExpiredAhead).pluck(),
  readHolders: db.prepare<[flowKey: string], StoredHolder>(GATE_SQL.readHolders),
  readAdmissions: db.prepare<[flowKey: string, since: number], number>(GATE_SQL.readAdmissions).pluck(),
  listQueued: db.prepare<[flowKey: string, limit: number], QueuedMember>(GATE_SQL.listQueued),
  readHead: db.prepare<[flowKey: string], FlowMemberRow>(GATE_SQL.readHead),
  nextFlow: db.prepare<[after: string], string | null>(GATE_SQL.nextFlow).pluck(),
  listUnbound: db.prepare<[unfit: string, limit: number], QueuedMember>(GATE_SQL.listUnbound),
  admit: db.prepare<[key: number]>(`update run set admitted_at = coalesce(admitted_at, ${NOW}) where key = ?`),
})
