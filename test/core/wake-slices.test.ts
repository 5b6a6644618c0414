import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WakeSlices } from '../../src/core/wake-slices.ts'

const test = suite('wakes in slices')

/** Time passes by what wakes take; a turn ends when it is turned. */
const createScene = () => {
  let now = 0
  let turns: (() => void)[] = []
  const slices = new WakeSlices({ now: () => now, later: (callBack) => turns.push(callBack) })
  const called: string[] = []
  return {
    called,
    add: (name: string, at = 0, tookMs = 1) =>
      slices.add(at, () => {
        called.push(name)
        now += tookMs
      }),
    turn: (): boolean => {
      const due = turns
      turns = []
      for (const callBack of due) callBack()
      return due.length > 0
    },
  }
}

test('a wake by itself comes at once', () => {
  const { add, called } = createScene()
  add('a')
  assert.equal(called, ['a'])
})

test('a thousand wakes of one millisecond come in slices of 10 ms, each once', () => {
  const { add, called, turn } = createScene()
  for (let n = 0; n < 1_000; n++) add(String(n))
  const counts = [called.length]
  while (turn()) counts.push(called.length)
  assert.is(called.length, 1_000)
  assert.equal(
    called,
    [...called].sort((a, b) => Number(a) - Number(b)),
  )
  for (const [index, count] of counts.entries()) assert.ok(count - (counts[index - 1] ?? 0) <= 10)
})

test('wakes that take no time come fifty in a slice, as they leave work behind', () => {
  const { add, called, turn } = createScene()
  for (let n = 0; n < 120; n++) add(String(n), 0, 0)
  assert.is(called.length, 50)
  turn()
  assert.is(called.length, 100)
  turn()
  assert.is(called.length, 120)
})

test('the earliest of the waiting wakes comes first, and of the same time the first', () => {
  const { add, called, turn } = createScene()
  add('slow', 0, 20)
  add('late', 3)
  add('early', 1)
  add('late too', 3)
  add('middle', 2)
  turn()
  assert.equal(called, ['slow', 'early', 'middle', 'late', 'late too'])
})

test('a cancelled wake does not come', () => {
  const { add, called, turn } = createScene()
  add('slow', 0, 20)
  const cancel = add('never')
  add('then')
  cancel()
  while (turn());
  assert.equal(called, ['slow', 'then'])
})

test('a wake that throws keeps none of the others from coming', () => {
  let fails = true
  const turns: (() => void)[] = []
  const slices = new WakeSlices({ now: () => 0, later: (callBack) => turns.push(callBack) })
  const called: number[] = []
  for (let n = 0; n < 51; n++) slices.add(0, () => called.push(n))
  slices.add(0, () => {
    if (fails) throw new Error('expected')
  })
  slices.add(0, () => called.push(52))
  assert.throws(() => turns.shift()?.(), /expected/)
  fails = false
  turns.shift()?.()
  assert.is(called.at(-1), 52)
})

test.run()
