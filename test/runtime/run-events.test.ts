import { setImmediate as nextTurn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunEffect } from '../../src/runtime/effects/run-effect.ts'
import type { RunEvent } from '../../src/runtime/run-event.ts'
import { RunEvents } from '../../src/runtime/run-events.ts'

const toEvent = (by: string): RunEvent => ({ kind: 'cancel', at: 1, data: { by } })

/** A run whose events take so many slices, and that tells what happens. */
const openRun = ({ slices, fails = false }: { slices: number; fails?: boolean }) => {
  const told: string[] = []
  let left = 0
  const effects: RunEffect[] = []
  const events = new RunEvents<string>({
    state: {
      take() {
        left = slices
        told.push('take')
        return effects
      },
      work() {
        left -= 1
        if (fails && left === 0) throw new Error('too much')
        return left <= 0
      },
    },
    folded: ({ taken, effects: found }) =>
      told.push(found === effects ? `folded ${taken}` : `failed ${taken}: ${found?.map(({ type }) => type)}`),
    idle: () => told.push('idle'),
    broken: (cause) => told.push(`broken: ${String(cause)}`),
  })
  return { events, told }
}

const test = suite('events of a run')

test('an event with little work is folded at once', () => {
  const { events, told } = openRun({ slices: 1 })
  events.take(toEvent('ann'), 'first')
  events.take(toEvent('ann'), 'second')
  assert.equal(told, ['take', 'folded first', 'take', 'folded second'])
})

test('a large event is folded in slices, between which the event loop turns; the events behind it wait', async () => {
  const { events, told } = openRun({ slices: 3 })
  for (const name of ['first', 'second']) events.take(toEvent('ann'), name)
  for (let turn = 1; events.isBusy; turn++) {
    told.push(`turn ${turn}`)
    await nextTurn()
  }
  assert.equal(told, ['take', 'turn 1', 'turn 2', 'folded first', 'take', 'turn 3', 'turn 4', 'folded second', 'idle'])
})

test('a large event that fails in a later slice ends its run', async () => {
  const { events, told } = openRun({ slices: 2, fails: true })
  events.take(toEvent('ann'), 'first')
  while (events.isBusy) await nextTurn()
  assert.equal(told, ['take', 'failed first: ended', 'idle'])
})

test.run()
