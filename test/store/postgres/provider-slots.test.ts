import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { SharedSlots, SlotAnswer, SlotLimits, SlotTrade } from '../../../src/core/provider-slots.ts'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import { LEASE_BEAT_MS, LEASE_MS, type Store } from '../../../src/store/store.ts'
import { execute, onPostgres, startPostgres } from '../../support/postgres-server.ts'

const test = suite('Postgres: slots of providers')

const add = onPostgres(test)

interface Process {
  slots: SharedSlots
  trade(given: Partial<SlotTrade>): Promise<SlotAnswer>
}

/** Processes that share the limits of one provider. */
const withProcesses = async (
  limits: SlotLimits,
  act: (processes: [Process, Process, Process], url: string) => Promise<void>,
): Promise<void> => {
  const url = await (await startPostgres()).createDatabase()
  const open = () => openPostgresStore({ url })
  const stores = await Promise.all([open(), open(), open()])
  const toProcess = ({ slots }: Store, place: number): Process => {
    if (slots === undefined) throw new Error('the store shares no slots')
    let seq = 0
    const trade = (given: Partial<SlotTrade>): Promise<SlotAnswer> => {
      seq += 1
      const plain = { held: 0, wanted: 0, waitedMs: 0, leadMs: 0, holder: `p-${place}`, seq, provider: 'openai' }
      return slots.trade({ ...plain, limits, ...given })
    }
    return { slots, trade }
  }
  const [first, second, third] = stores.map(toProcess)
  try {
    assert.ok(first && second && third)
    await act([first, second, third], url)
  } finally {
    for (const store of stores) await store.close()
  }
}

const granted = async (trade: Promise<SlotAnswer>): Promise<number> => (await trade).granted

/** Lets so much of all leases pass as trades after a silence count. */
const passBeats = async (url: string, beats: number): Promise<void> =>
  execute(
    url,
    `update provider_limit set state = ${Array(beats)
      .fill('')
      .reduce((state) => pass(state), 'state')}`,
  )

const pass = (state: string): string =>
  `(select jsonb_set(s.state, '{holders}', coalesce((select jsonb_object_agg(key, jsonb_set(value, '{left}',
    to_jsonb((value ->> 'left')::bigint - ${LEASE_BEAT_MS}))) from jsonb_each(s.state -> 'holders')), '{}')) from (select ${state} as state) s)`

add('processes that ask at once have no more slots together than one may have', () =>
  withProcesses({ concurrency: 8 }, async (processes) => {
    const grants = await Promise.all(processes.map(({ trade }) => granted(trade({ wanted: 5 }))))
    assert.is(
      grants.reduce((sum, count) => sum + count, 0),
      8,
    )
  }),
)

add('processes that take slots and give them back in any order never have more than the limit', () =>
  withProcesses({ concurrency: 3 }, async (processes) => {
    let inUse = 0
    let most = 0
    let begun = 0
    const work = async ({ trade }: Process): Promise<void> => {
      let held = 0
      for (let turn = 0; turn < 60; turn++) {
        const count = await granted(trade({ held, wanted: 2, waitedMs: turn }))
        held += count
        inUse += count
        begun += count
        most = Math.max(most, inUse)
        const ended = turn % 3 === 0 ? held : Math.min(1, held)
        held -= ended
        inUse -= ended
      }
      inUse -= held
      await trade({ held: 0 })
    }
    await Promise.all(processes.map(work))
    console.log(`${begun} calls of 3 processes, at most ${most} at once`)
    assert.ok(most <= 3, `${most} at once`)
    assert.ok(begun >= 60, `${begun} calls`)
  }),
)

add('the begins of all processes count for one rate, which says when the next may begin', () =>
  withProcesses({ rate: { count: 4, windowMs: 600 } }, async ([first, second]) => {
    const begun = Date.now()
    assert.is(await granted(first.trade({ wanted: 3 })), 3)
    const answer = await second.trade({ wanted: 3 })
    assert.is(answer.granted, 1)
    assert.ok(answer.againInMs > 0 && answer.againInMs <= 600, `${answer.againInMs}`)
    let count = 0
    while (count === 0) {
      count = await granted(first.trade({ wanted: 1 }))
      await delay(5)
    }
    assert.ok(Date.now() - begun >= 595, `${Date.now() - begun}`)
  }),
)

add('a rate of many begins in a long window is kept in a bounded row', () =>
  withProcesses({ rate: { count: 1_000_000, windowMs: 86_400_000 } }, async ([first], url) => {
    for (let turn = 0; turn < 50; turn++) assert.is(await granted(first.trade({ wanted: 1_000 })), 1_000)
    await execute(url, `select 1 / (jsonb_array_length(state -> 'begins') < 4)::int from provider_limit`)
  }),
)

add('a call that begins late counts from the time that it may need', () =>
  withProcesses({ rate: { count: 1, windowMs: 200 } }, async ([first]) => {
    assert.is(await granted(first.trade({ wanted: 1, leadMs: 300 })), 1)
    await delay(250)
    assert.is(await granted(first.trade({ wanted: 1 })), 0)
    await delay(300)
    assert.is(await granted(first.trade({ wanted: 1 })), 1)
  }),
)

add('the process whose call waits longest is served first, and is told of the slot', () =>
  withProcesses({ concurrency: 1 }, async ([first, second, third]) => {
    assert.is(await granted(first.trade({ wanted: 1 })), 1)
    assert.is(await granted(second.trade({ wanted: 1, waitedMs: 500 })), 0)
    assert.is(await granted(third.trade({ wanted: 1, waitedMs: 100 })), 0)
    let told = 0
    second.slots.onNews('slots', () => {
      told += 1
    })
    await delay(200)
    told = 0
    // It has calls behind its own one too, and does not keep the slot for them.
    assert.is(await granted(first.trade({ held: 0, wanted: 4, waitedMs: 50 })), 0)
    assert.is(await granted(third.trade({ wanted: 1, waitedMs: 300 })), 0)
    assert.is(await granted(second.trade({ wanted: 1, waitedMs: 700 })), 1)
    await delay(200)
    assert.is(told, 1)
  }),
)

add('a process that waits and dies keeps its place for three seconds', () =>
  withProcesses({ concurrency: 1 }, async ([first, second, third]) => {
    await first.trade({ wanted: 1 })
    await second.trade({ wanted: 1, waitedMs: 60_000 })
    await first.trade({ held: 0 })
    assert.is(await granted(third.trade({ wanted: 1 })), 0)
    await delay(3_100)
    assert.is(await granted(third.trade({ wanted: 1 })), 1)
  }),
)

add('slots of a process that died are free with its lease, and those that are named again stay', () =>
  withProcesses({ concurrency: 2 }, async ([first, second, third], url) => {
    await first.trade({ wanted: 1 })
    await second.trade({ wanted: 1 })
    const beats = Math.ceil(LEASE_MS / LEASE_BEAT_MS)
    await passBeats(url, beats - 1)
    await second.trade({ held: 1 })
    assert.is(await granted(third.trade({ wanted: 2 })), 0)
    await passBeats(url, 1)
    assert.is(await granted(third.trade({ wanted: 2 })), 1)
  }),
)

add('a silence of all processes, as while the database is away, costs no slot', () =>
  withProcesses({ concurrency: 1 }, async ([first, second], url) => {
    await first.trade({ wanted: 1 })
    await execute(
      url,
      `update provider_limit set state = jsonb_set(state, '{at}', to_jsonb((state ->> 'at')::bigint - 3600000))`,
    )
    assert.is(await granted(second.trade({ wanted: 1 })), 0)
    await first.trade({ held: 1 })
    assert.is(await granted(second.trade({ wanted: 1 })), 0)
  }),
)

add('a trade that arrives behind a later one counts for nothing', () =>
  withProcesses({ concurrency: 3 }, async ([first, second]) => {
    await first.trade({ wanted: 1, seq: 1 })
    await first.trade({ held: 1, wanted: 1, seq: 3 })
    assert.is(await granted(first.trade({ held: 0, wanted: 3, seq: 2 })), 0)
    assert.is(await granted(second.trade({ wanted: 3 })), 1)
  }),
)

add('a wait that a provider asks for is known to all, and no slot is given before its end', () =>
  withProcesses({ concurrency: 3 }, async ([first, second, third]) => {
    let told = 0
    second.slots.onNews('holds', () => {
      told += 1
    })
    await delay(200)
    told = 0
    await first.slots.holdBack('openai', 700)
    await first.slots.holdBack('openai', 300)
    await first.slots.holdBack('other', 1)
    await delay(100)
    assert.is(told, 3)
    const holds = await second.slots.listHolds()
    assert.equal(
      holds.map(({ provider, leftMs }) => [provider, leftMs > 300 && leftMs <= 700]),
      [['openai', true]],
    )
    const answer = await third.trade({ wanted: 1 })
    assert.is(answer.granted, 0)
    assert.ok(answer.heldMs > 0 && answer.heldMs <= 700, `${answer.heldMs}`)
    await delay(700)
    assert.is(await granted(third.trade({ wanted: 1 })), 1)
  }),
)

add('providers do not touch each other, and processes with other limits keep their own', () =>
  withProcesses({ concurrency: 1 }, async ([first, second]) => {
    assert.is(await granted(first.trade({ wanted: 1 })), 1)
    assert.is(await granted(second.trade({ wanted: 1, provider: 'local' })), 1)
    assert.is(await granted(second.trade({ wanted: 5, limits: { concurrency: 3 } })), 2)
    assert.is(await granted(second.trade({ held: 2, wanted: 1, limits: { rate: { count: 1, windowMs: 60_000 } } })), 1)
  }),
)

add('a store that is closed answers nothing, and fails nothing', async () => {
  const store = await openPostgresStore({ url: await (await startPostgres()).createDatabase() })
  const { slots } = store
  await store.close()
  const answer = await slots?.trade({
    ...{ provider: 'openai', limits: { concurrency: 1 }, holder: 'p', seq: 1, held: 0, wanted: 1, waitedMs: 0 },
    leadMs: 0,
  })
  assert.is(answer?.granted, 0)
})

test.run()
