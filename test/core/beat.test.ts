import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Beat } from '../../src/core/beat.ts'
import { createManualClock } from '../support/manual-clock.ts'

const test = suite('a beat')

test('an action repeats as long after its end as it returns', async () => {
  const clock = createManualClock(0)
  const at: number[] = []
  const beat = new Beat(clock, async () => {
    at.push(clock.now())
    return at.length * 10
  })
  beat.start()
  for (let ms = 0; ms < 40; ms++) await clock.advance(1)
  await beat.stop()
  await clock.advance(100)
  assert.equal(at, [0, 10, 30])
})

test('a stop during an action lets it end, and does not repeat it', async () => {
  const clock = createManualClock(0)
  const ends: (() => void)[] = []
  let ended = 0
  const beat = new Beat(clock, async () => {
    await new Promise<void>((resolve) => ends.push(resolve))
    ended++
    return 1
  })
  beat.start(5)
  await clock.advance(5)
  const stopped = beat.stop()
  assert.is(beat.isStopped, true)
  for (const end of ends) end()
  await stopped
  await clock.advance(10)
  assert.equal([ended, ends.length], [1, 1])
})

test.run()
