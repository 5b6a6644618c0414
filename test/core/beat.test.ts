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

test('a beat that is hastened acts at once, once more after an action in flight, and not before its start or after its stop', async () => {
  const clock = createManualClock(0)
  const at: number[] = []
  let end = (): void => {}
  const beat = new Beat(clock, async () => {
    at.push(clock.now())
    await new Promise<void>((resolve) => {
      end = resolve
    })
    return 100
  })
  beat.hasten()
  assert.equal(at, [])
  beat.start(50)
  await clock.advance(3)
  beat.hasten()
  beat.hasten()
  await clock.advance(4)
  end()
  await clock.advance(1)
  end()
  await clock.advance(80)
  const stopped = beat.stop()
  end()
  await stopped
  beat.hasten()
  await clock.advance(200)
  assert.equal(at.slice(0, 2), [3, 7])
  assert.is(at.length, 2)
})

test('a beat with a rest acts at once when it is hastened after it, and else when it is over', async () => {
  const clock = createManualClock(0)
  const at: number[] = []
  const act = async (): Promise<number> => {
    at.push(clock.now())
    return 100
  }
  const beat = new Beat(clock, act, { restMs: () => 10 })
  beat.start()
  await clock.advance(30)
  beat.hasten()
  await clock.advance(4)
  beat.hasten()
  await clock.advance(1)
  beat.hasten()
  for (let ms = 0; ms < 20; ms++) await clock.advance(1)
  await beat.stop()
  assert.equal(at, [0, 30, 40])
})

test.run()
