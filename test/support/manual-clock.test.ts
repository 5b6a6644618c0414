import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createManualClock } from './manual-clock.ts'

const test = suite('manual clock')

test('wakes come in the order of their time, each at its own time', async () => {
  const clock = createManualClock(1000)
  const seen: string[] = []
  clock.wakeAt(1300, () => seen.push(`late at ${clock.now()}`))
  clock.wakeAt(1100, () => seen.push(`early at ${clock.now()}`))
  await clock.advance(500)
  assert.equal(seen, ['early at 1100', 'late at 1300'])
  assert.is(clock.now(), 1500)
  assert.is(clock.pending, 0)
})

test('a cancelled wake is not called', async () => {
  const clock = createManualClock(0)
  let woken = false
  const callOff = clock.wakeAt(10, () => {
    woken = true
  })
  callOff()
  await clock.advance(100)
  assert.not(woken)
})

test('a wake set by a promise that a wake resolved comes due within the same stretch', async () => {
  const clock = createManualClock(0)
  const seen: number[] = []
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => clock.wakeAt(clock.now() + ms, resolve))
  const work = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) {
      await sleep(10)
      seen.push(clock.now())
    }
  }
  const done = work()
  await clock.advance(30)
  await done
  assert.equal(seen, [10, 20, 30])
})

test('a wake that is due already is called without moving the clock, but not at once', async () => {
  const clock = createManualClock(50)
  let calls = 0
  clock.wakeAt(40, () => calls++)
  assert.is(calls, 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.is(calls, 1)
  await clock.advance(10)
  assert.is(calls, 1)
})

test('advanceToNext moves to the next wake', async () => {
  const clock = createManualClock(0)
  clock.wakeAt(3_600_000, () => {})
  assert.is(await clock.advanceToNext(), true)
  assert.is(clock.now(), 3_600_000)
  assert.is(await clock.advanceToNext(), false)
})

test('moving back is refused', async () => {
  let message = ''
  await createManualClock(0)
    .advance(-1)
    .catch((error: Error) => {
      message = error.message
    })
  assert.match(message, 'at least 0')
})

test.run()
