/**
 * Slots of providers over all processes of a database: one row a provider, which each trade rewrites by one statement. The lock of that
 * row puts trades in an order; the clock is that of the database.
 *
 * `state` of a row, in JSON:
 *   at       time of the last trade
 *   holders  by process: its last `seq`, calls in flight (`held`) and waiting (`wanted`, `since`), time of its last trade (`at`), and what
 *            is `left` of its lease
 *   begins   [time, count] of the calls that began within the window of the rate
 *   answer   to the last trade
 *
 * Invariants
 * 1. A process is granted no more than its limits leave beside all that others hold, and beside all begins within the window.
 * 2. A lease runs only while the database is traded with: no slot is given away because the database was away.
 * 3. Of two processes that wait, the one whose call waits longer is served first, as long as it gives signs of life.
 */
import type { SharedSlots, SlotAnswer, SlotTrade } from '../../core/provider-slots.ts'
import { LEASE_BEAT_MS, LEASE_MS } from '../run-store.ts'
import { sql, type Value } from './session.ts'
import { CHANNEL, NOW } from './statements.ts'
import type { StoreConnections } from './store-connections.ts'

/** Interval in which a process that waits asks again: others may have died. */
const WAITING_BEAT_MS = 1_000
/** Time that the place of a process that waits is kept for it without a sign of life. */
const WAITING_LIFE_MS = 3 * WAITING_BEAT_MS

/** A rate keeps at most so many times of begins: each is rounded up to a part of the window. */
const RATE_STEPS = 1_000

const LONGEST_LEAD_MS = 5_000

export class PostgresSlots implements SharedSlots {
  readonly #db: StoreConnections

  constructor(db: StoreConnections) {
    this.#db = db
  }

  async trade({ provider, limits, holder, seq, held, wanted, waitedMs, leadMs }: SlotTrade): Promise<SlotAnswer> {
    const { concurrency = null, rate } = limits
    const lead = Math.round(Math.min(leadMs, LONGEST_LEAD_MS))
    const values = [
      ...[provider, holder, seq, held, wanted, Math.max(0, Math.round(waitedMs))],
      ...[concurrency, rate?.count ?? null, rate?.windowMs ?? null, lead],
    ]
    const row = await this.#trade(values)
    const granted = row?.granted ?? 0
    return {
      granted,
      heldMs: row?.held_ms ?? 0,
      againInMs: wanted > granted ? Math.min(row?.rate_in_ms ?? WAITING_BEAT_MS, WAITING_BEAT_MS) : LEASE_BEAT_MS,
    }
  }

  async holdBack(provider: string, ms: number): Promise<void> {
    await this.#db.change({ query: SLOT.holdBack, values: [provider, Math.ceil(ms)], toResult: () => undefined })
  }

  listHolds(): Promise<{ provider: string; leftMs: number }[]> {
    return this.#db.read(async (session) =>
      (await session.all(SLOT.listHolds)).map(({ name, left_ms }) => ({ provider: name, leftMs: left_ms })),
    )
  }

  onNews(news: 'slots' | 'holds', listener: () => void): () => void {
    return this.#db.news.add(news, listener)
  }

  /** Undefined: a later trade of the process is known, or the store is closed, and what the process holds is free with its lease. */
  async #trade(values: readonly Value[]): Promise<TradeRow | undefined> {
    try {
      const [first] = await this.#db.changeApart(SLOT.trade, values)
      // The first trade of a provider made its row, and no more.
      return first?.granted === null ? (await this.#db.changeApart(SLOT.trade, values))[0] : first
    } catch (error) {
      if (this.#db.isClosed) return undefined
      throw error
    }
  }
}

interface TradeRow {
  granted: number | null
  rate_in_ms: number | null
  held_ms: number
}

/** Values of a trade: provider, holder, seq, held, wanted, waited, concurrency, count and window of the rate, lead. */
const GIVEN = `$1::text as provider, $2::text as holder, $3::bigint as seq, $4::int as held, $5::int as wanted, $6::bigint as waited,
  $7::int as concurrency, $8::int as rate_count, $9::bigint as rate_window, $10::bigint as lead`

/** The other processes whose lease is not over, and what they have. */
const OTHERS = `select coalesce(sum(one.held), 0) as held,
    coalesce(sum(one.wanted) filter (where one.is_waiting and (one.since, key) < (now - given.waited, given.holder)), 0) as ahead,
    coalesce(bool_or(one.is_waiting), false) as are_waiting,
    coalesce(jsonb_object_agg(key, value || jsonb_build_object('left', one.left_ms)), '{}') as entries
  from jsonb_each(kept.state -> 'holders') as entry (key, value), lateral (
    select (value ->> 'held')::int as held, (value ->> 'wanted')::int as wanted, (value ->> 'since')::bigint as since,
      (value ->> 'wanted')::int > 0 and (value ->> 'at')::bigint > now - ${WAITING_LIFE_MS} as is_waiting,
      (value ->> 'left')::bigint - greatest(0, least(now - (kept.state ->> 'at')::bigint, ${LEASE_BEAT_MS})) as left_ms) as one
  where key <> given.holder and one.left_ms > 0`

/** The calls that the last trade has left: of the process itself, and of those whose lease is over. */
const BEFORE = `select coalesce(sum((value ->> 'held')::int), 0) as held,
    coalesce(sum((value ->> 'wanted')::int) filter (where key = given.holder), 0) as wanted
  from jsonb_each(kept.state -> 'holders') as entry (key, value) where key = given.holder or not others.entries ? key`

/** Begins that count for the rate. */
const USED = `select coalesce(sum((value ->> 1)::int), 0) as count, min((value ->> 0)::bigint) as first
  from jsonb_array_elements(kept.state -> 'begins') as begin (value) where (value ->> 0)::bigint > now - given.rate_window`

const ROOM = `case when kept.held_until > now then 0
    else least(given.concurrency - given.held - others.held, given.rate_count - used.count, ${2 ** 31 - 1}) end`

const GRANTED = 'greatest(0, least(given.wanted, room.free - others.ahead))'

/** Those within the window, and the new ones. */
const BEGINS = `case when given.rate_window is null then kept.state -> 'begins' else (select coalesce(jsonb_agg(jsonb_build_array(at, count) order by at), '[]') from (
    select at, sum(count) as count from (
      select (value ->> 0)::bigint as at, (value ->> 1)::int as count from jsonb_array_elements(kept.state -> 'begins') as begin (value)
      union all
      select ceil((now + given.lead) / step)::bigint * ceil(step)::bigint, answer.granted::int
      from (select greatest(1, ceil(given.rate_window / ${RATE_STEPS}.0)) as step) as steps where answer.granted > 0) as every
    where at > now - given.rate_window group by at) as begins) end`

const SLOT = {
  /**
   * Answers a trade. The first one of a provider makes its row: then there is no answer yet. `at` of a begin is the time at which its call
   * has surely begun.
   */
  trade: sql<TradeRow>(
    `insert into provider_limit as kept (name, state) values ($1::text, '{"at": 0, "holders": {}, "begins": []}')
     on conflict (name) do update set state = (
       select jsonb_build_object('at', now, 'begins', ${BEGINS},
         'holders', others.entries || case when given.held + given.wanted = 0 then '{}' else jsonb_build_object(given.holder,
           jsonb_build_object('seq', given.seq, 'held', given.held + answer.granted, 'wanted', given.wanted - answer.granted,
             'since', now - given.waited, 'at', now, 'left', ${LEASE_MS})) end,
         'answer', jsonb_build_object('granted', answer.granted,
           'rate_in_ms', case when given.rate_count - used.count - answer.granted <= 0 then coalesce(used.first, now) + given.rate_window - now end,
           'held_ms', greatest(0, kept.held_until - now),
           'wakes', others.are_waiting and room.free > answer.granted
             and (before.held > given.held or before.wanted > given.wanted - answer.granted)))
       from (select ${NOW} as now, ${GIVEN} offset 0) as given,
         lateral (${OTHERS}) as others, lateral (${BEFORE}) as before, lateral (${USED}) as used,
         lateral (select ${ROOM} as free offset 0) as room, lateral (select ${GRANTED} as granted offset 0) as answer)
     where coalesce((kept.state -> 'holders' -> $2::text ->> 'seq')::bigint, 0) < $3::bigint
     returning (state -> 'answer' ->> 'granted')::int as granted, (state -> 'answer' ->> 'rate_in_ms')::bigint as rate_in_ms,
       coalesce((state -> 'answer' ->> 'held_ms')::bigint, 0) as held_ms,
       case when (state -> 'answer' ->> 'wakes')::boolean then pg_notify('${CHANNEL.slots}', '') end as notified`,
  ),
  holdBack: sql(
    `with held as (
       insert into provider_limit as kept (name, state, held_until)
       values ($1::text, '{"at": 0, "holders": {}, "begins": []}', ${NOW} + $2::bigint)
       on conflict (name) do update set held_until = greatest(kept.held_until, excluded.held_until) returning 1)
     select pg_notify('${CHANNEL.holds}', '') from held`,
  ),
  listHolds: sql<{ name: string; left_ms: number }>(
    `select name, held_until - ${NOW} as left_ms from provider_limit where held_until > ${NOW} order by name`,
  ),
} as const
