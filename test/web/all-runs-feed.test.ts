import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { AllRunsFeed } from '../../src/web/all-runs-feed.ts'
import type { EventPlace } from '../../src/web/event-place.ts'
import { followAll } from '../../src/web/follow-all.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { createEnd, createNewRun, createRow, startRun } from '../support/store-values.ts'

interface Fed {
  store: Store
  clock: ManualClock
  feed: AllRunsFeed
  /** Adds an ended run with so many rows. */
  addRun(id: string, rows: number): Promise<void>
  /** The names of the events that a reader gets from a place on, and the place behind them. */
  read(from?: EventPlace): Promise<{ names: string[]; place: EventPlace | undefined }>
}

const fed = async (act: (fed: Fed) => Promise<void>): Promise<void> => {
  const store = createMemoryStore()
  const clock = createManualClock()
  const feed = new AllRunsFeed({ store, clock })
  await feed.enter()
  const addRun = async (id: string, count: number): Promise<void> => {
    const claim = await startRun(store, { run: { id, created: { ...createNewRun().created, at: clock.now() } } })
    const rows = Array.from({ length: count - 1 }, (_, index) => createRow(index + 2, { at: clock.now() }))
    await store.write(claim, { rows, end: createEnd({ at: clock.now() }) })
  }
  const read: Fed['read'] = async (from) => {
    const wants = (): boolean => true
    const names: string[] = []
    let place: EventPlace | undefined
    const parts = followAll(feed, { store, clock, from, wants, heartbeatMs: 1_000 })
    const target = feed.last.number
    for await (const part of parts) {
      for (const { event } of part.part) {
        const { run, seq } = JSON.parse(event.text)
        names.push(`${run} ${seq ?? event.event}`)
      }
      place = part.place
      if (place.feed === feed.last.feed && place.number >= target) break
    }
    return { names, place }
  }
  try {
    await act({ store, clock, feed, addRun, read })
  } finally {
    await feed.stop()
    await store.close()
  }
}

const namesOf = (id: string, rows: number): string[] => [
  ...Array.from({ length: rows }, (_, index) => `${id} ${index + 1}`),
  `${id} end`,
]

const test = suite('feed of all runs')

test('a reader that is slower than the feed gets each event, from the store once they are kept no more', () =>
  fed(async ({ clock, feed, addRun, read }) => {
    const start = feed.last
    await addRun('r-1', 3_000)
    await clock.advance(1_000)
    await addRun('r-2', 3_000)
    await clock.advance(1_000)
    assert.is(feed.eventsBehind(start), undefined)
    const { names, place } = await read(start)
    assert.equal(names.sort(), [...namesOf('r-1', 3_000), ...namesOf('r-2', 3_000)].sort())
    assert.equal(place, feed.last)
  }))

test('a feed without readers rests, and misses nothing for one that comes back', () =>
  fed(async ({ clock, feed, addRun, read }) => {
    await addRun('r-1', 2)
    await clock.advance(1_000)
    const { last } = feed
    feed.leave()
    await clock.advance(120_000)
    assert.is(clock.pending, 0)
    await addRun('r-2', 2)
    await feed.enter()
    const { names } = await read(last)
    assert.equal(names.slice(-3), namesOf('r-2', 2))
  }))

test('rows of the last minute come again after a change of the feed, and older ones do not', () =>
  fed(async ({ store, clock, feed, addRun, read }) => {
    await addRun('r-old', 3)
    await clock.advance(90_000)
    await addRun('r-new', 3)
    await clock.advance(1_000)
    const { last } = feed
    const next = new AllRunsFeed({ store, clock })
    await next.enter()
    const place = { ...last, feed: next.last.feed.replaceAll(/./g, 'f') }
    assert.equal((await read(place)).names, namesOf('r-new', 3))
    await next.stop()
  }))

test('a store that does not answer for a while costs no event', () =>
  fed(async ({ store, clock, feed, addRun, read }) => {
    const start = feed.last
    await addRun('r-1', 500)
    const { readRows } = store
    let calls = 0
    store.readRows = async (...given) => {
      if (++calls % 2 === 0) throw new Error('no answer')
      return readRows.apply(store, given)
    }
    await clock.advance(10_000)
    store.readRows = readRows
    await clock.advance(1_000)
    assert.equal((await read(start)).names, namesOf('r-1', 500))
  }))

test.run()
