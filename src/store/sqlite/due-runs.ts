/**
 * Finds the runs that have something to do, by indexes alone: the number of other runs makes no difference. Tables are joined in
 * the order in which they are named, since only the first one of each join is known to be small.
 */
import { isAlive } from '../process-identity.ts'
import type { Needs } from '../queue-store.ts'
import { toPhaseCode } from '../sql/codes.ts'
import { toOwner } from '../sql/run-record.ts'
import { toNeedsText } from '../sql/server-columns.ts'
import type { Connection } from './connection.ts'
import type { FlowGate } from './flow-gate.ts'
import { NOW } from './statements.ts'

const ACTIVE = `run.status = 0 and run.phase = ${toPhaseCode('active')} and run.epoch > 0`
const WAITING = `run.status = 0 and run.phase = ${toPhaseCode('waiting')} and run.epoch > 0`
/** Runs that this process can perform: their needs are not in a JSON list of texts. */
const FIT = '(run.needs is null or run.needs not in (select value from json_each(?)))'
const QUEUED = `run.status = 0 and run.phase = ${toPhaseCode('queued')}`

export const DUE_SQL = {
  left: `select id, key, flow_key from run where ${ACTIVE} and (lease_until is null or lease_until <= ${NOW}) and ${FIT}
    order by key`,
  holders: `select distinct holder from run where ${ACTIVE} and lease_until > ${NOW}`,
  heldBy: `select id, key, flow_key from run where ${ACTIVE} and lease_until > ${NOW}
    and holder in (select value from json_each(?)) and ${FIT} order by key`,
  timers: `select run.id from timer cross join run where timer.due_at <= ? and run.key = timer.run and ${WAITING}
    and ${FIT} order by timer.due_at limit ?`,
  messages: `select distinct run.id from inbox cross join run where inbox.taken = 0 and run.key = inbox.run
    and ((${WAITING}) or (${QUEUED} and inbox.kind = 'cancel')) and ${FIT} limit ?`,
  expired: `select id from run where ${QUEUED} and parent is null and expires_at is not null and expires_at <= ${NOW}
    order by expires_at limit ?`,
  nextExpiry: `select min(expires_at) from run where ${QUEUED} and parent is null and expires_at is not null`,
  nextTimer: `select timer.due_at from timer cross join run where run.key = timer.run and ${WAITING}
    order by timer.due_at limit 1`,
}

interface FoundRun {
  id: string
  key: number
  flow_key: string | null
}

interface Look {
  at: number
  /** JSON list of the needs that are passed over. */
  unfit: string
}

export class DueRuns {
  readonly #statements: ReturnType<typeof prepareDue>
  readonly #gate: FlowGate

  constructor(connection: Connection, gate: FlowGate) {
    this.#statements = prepareDue(connection)
    this.#gate = gate
  }

  list(at: number, limit: number, { except = [] }: { except?: readonly Needs[] } = {}): string[] {
    const unfit = JSON.stringify(except.map(toNeedsText))
    const found = new Set<string>()
    for (const find of [this.#left, this.#orphaned, this.#withTimer, this.#withMessage, this.#expired, this.#queued]) {
      const room = limit - found.size
      if (room <= 0) break
      for (const id of find(room, { at, unfit })) found.add(id)
    }
    return [...found].slice(0, limit)
  }

  nextAt(): number | null {
    const dues = [this.#statements.nextTimer.get(), this.#statements.nextExpiry.get()]
    return dues.reduce<number | null>((next, due) => (due == null ? next : Math.min(due, next ?? due)), null)
  }

  readonly #left = (limit: number, { unfit }: Look): string[] =>
    this.#thatMayGoOn(this.#statements.left.iterate(unfit), limit)

  /** Runs whose holder is a dead process of this host, before their lease expires. */
  readonly #orphaned = (limit: number, { unfit }: Look): string[] => {
    const dead = this.#statements.holders.all().filter((holder) => !isAlive(toOwner(holder)))
    return dead.length === 0
      ? []
      : this.#thatMayGoOn(this.#statements.heldBy.iterate(JSON.stringify(dead), unfit), limit)
  }

  readonly #withTimer = (limit: number, { at, unfit }: Look): string[] => this.#statements.timers.all(at, unfit, limit)

  readonly #withMessage = (limit: number, { unfit }: Look): string[] => this.#statements.messages.all(unfit, limit)

  readonly #expired = (limit: number): string[] => this.#statements.expired.all(limit)

  readonly #queued = (limit: number, { unfit }: Look): string[] =>
    this.#gate
      .listFree(limit, unfit)
      .sort((one, other) => one.rank - other.rank || one.key - other.key)
      .map(({ id }) => id)

  #thatMayGoOn(runs: Iterable<FoundRun>, limit: number): string[] {
    const ids: string[] = []
    for (const { id, key, flow_key } of runs) {
      // Another run of the flow may have taken the permit.
      if (flow_key === null || this.#gate.judgeClaim(key).isFree) ids.push(id)
      if (ids.length === limit) break
    }
    return ids
  }
}

const prepareDue = (db: Connection) => ({
  left: db.prepare<[unfit: string], FoundRun>(DUE_SQL.left),
  holders: db.prepare<[], string>(DUE_SQL.holders).pluck(),
  heldBy: db.prepare<[holders: string, unfit: string], FoundRun>(DUE_SQL.heldBy),
  timers: db.prepare<[at: number, unfit: string, limit: number], string>(DUE_SQL.timers).pluck(),
  messages: db.prepare<[unfit: string, limit: number], string>(DUE_SQL.messages).pluck(),
  expired: db.prepare<[limit: number], string>(DUE_SQL.expired).pluck(),
  nextExpiry: db.prepare<[], number | null>(DUE_SQL.nextExpiry).pluck(),
  nextTimer: db.prepare<[], number>(DUE_SQL.nextTimer).pluck(),
})
