import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { StoreClock } from '../../src/store/store-clock.ts'
import { createManualClock } from '../support/manual-clock.ts'

const HOUR_MS = 3_600_000

/** A process whose clock is `aheadMs` ahead of that of the database. */
const createScene = (aheadMs: number) => {
  const own = createManualClock()
  const database = { aheadMs }
  const readClock = async (): Promise<number> => own.now() - database.aheadMs
  const clock = new StoreClock({ readClock }, own)
  return { own, database, clock, readClock }
}

const test = suite('clock of a store')

test('two processes whose clocks are two hours apart agree, once both have asked the database', async () => {
  const scenes = [createScene(HOUR_MS), createScene(-HOUR_MS)]
  for (const { clock } of scenes) await clock.sync()
  for (const { clock, readClock } of scenes) assert.is(clock.now(), await readClock())
})

test('a wake comes by the clock of the database', async () => {
  const { own, clock } = createScene(2 * HOUR_MS)
  await clock.sync()
  let woken = 0
  clock.wakeAt(clock.now() + 1_000, () => woken++)
  const disarm = clock.wakeAt(clock.now() + 1_000, () => woken++)
  disarm()
  await own.advance(999)
  assert.is(woken, 0)
  await own.advance(1)
  assert.is(woken, 1)
  assert.is(own.pending, 0)
})

test('a wake that is armed comes earlier or later when the difference of the clocks changes', async () => {
  const { own, clock, database } = createScene(0)
  await clock.sync()
  let wokenAt = 0
  const dueAt = clock.now() + 2 * HOUR_MS
  clock.wakeAt(dueAt, () => {
    wokenAt = clock.now()
  })
  database.aheadMs = -HOUR_MS
  await clock.sync()
  await own.advance(HOUR_MS)
  assert.is(wokenAt, dueAt)
})

test('a difference of a few milliseconds moves nothing', async () => {
  const { own, clock } = createScene(20)
  await clock.sync()
  assert.is(clock.now(), own.now())
})

test('an answer that took long, since the database was away, moves nothing that it does not contradict', async () => {
  const own = createManualClock()
  const answers = [0, 20_000]
  const readClock = async (): Promise<number> => {
    await own.advance(answers.shift() ?? 0)
    return own.now()
  }
  const clock = new StoreClock({ readClock }, own)
  await clock.sync()
  await clock.sync()
  assert.is(clock.now(), own.now())
})

test('an answer that took long corrects a clock that is wrong in any case, and the next one the rest', async () => {
  const own = createManualClock()
  let lastsMs = 20_000
  const readClock = async (): Promise<number> => {
    await own.advance(lastsMs)
    return own.now() + HOUR_MS
  }
  const clock = new StoreClock({ readClock }, own)
  await clock.sync()
  assert.ok(Math.abs(clock.now() - own.now() - HOUR_MS) <= 10_000)
  lastsMs = 0
  await clock.sync()
  assert.is(clock.now(), own.now() + HOUR_MS)
})

test.run()
