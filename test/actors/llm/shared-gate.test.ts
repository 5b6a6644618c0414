import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ProviderQueue } from '../../../src/actors/llm/provider-queue.ts'
import { openProviderQueues, ProviderQueues } from '../../../src/actors/llm/provider-queues.ts'
import { isCancelled } from '../../../src/core/cancelled.ts'
import { isFault } from '../../../src/core/fault.ts'
import type { SlotLimits } from '../../../src/core/provider-slots.ts'
import { createActorContext, type TestContext } from '../../support/actor-context.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createTestSlots } from '../../support/shared-slots.ts'
import { catchRejection } from '../../support/store-values.ts'

const test = suite('limits of a provider over several processes')

const open = (limits: SlotLimits) => {
  const clock = createManualClock(1_000)
  const slots = createTestSlots()
  const begun: string[] = []
  const createQueue = (): ProviderQueue => new ProviderQueue('openai', { limits, clock, slots })
  const enter = async (queue: ProviderQueue, name: string, context: TestContext = createActorContext()) => {
    const leave = await queue.enter({ ...context, deadline: 1_000_000 })
    begun.push(name)
    return leave
  }
  return { clock, slots, begun, createQueue, enter }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('all calls of one turn ask once, and a call that gets its slot at once has not waited', async () => {
  const { slots, begun, createQueue, enter } = open({ concurrency: 4 })
  const queue = createQueue()
  const context = createActorContext()
  await Promise.all(['a', 'b', 'c'].map((name) => enter(queue, name, context)))
  assert.equal(begun, ['a', 'b', 'c'])
  assert.equal(slots.trades, [{ held: 0, wanted: 3 }])
  assert.equal(context.waits, [])
})

test('two processes have as many calls in flight as one may have, and a slot that one gives back is taken by the other', async () => {
  const { slots, begun, createQueue, enter } = open({ concurrency: 2 })
  const [one, other] = [createQueue(), createQueue()]
  const context = createActorContext()
  const leave = await enter(one, 'a')
  await enter(one, 'b')
  const waiting = enter(other, 'c', context)
  await settle()
  assert.equal(begun, ['a', 'b'])
  assert.equal(context.waits, ['a slot of openai'])
  leave()
  await settle()
  assert.equal(begun, ['a', 'b'])
  slots.tell('slots')
  await waiting
  assert.equal(begun, ['a', 'b', 'c'])
  assert.equal(context.waits, ['a slot of openai', 'a slot of openai ended'])
})

test('a slot that no news tells of is found by asking again', async () => {
  const { clock, slots, begun, createQueue, enter } = open({ concurrency: 1 })
  slots.others = 1
  const waiting = enter(createQueue(), 'a')
  await settle()
  slots.others = 0
  await clock.advance(999)
  await settle()
  assert.equal(begun, [])
  await clock.advance(1)
  await waiting
})

test('while the database is away no call begins, and all go on when it is back', async () => {
  const { clock, slots, begun, createQueue, enter } = open({ concurrency: 8 })
  const queue = createQueue()
  const context = createActorContext()
  slots.isAway = true
  const waiting = ['a', 'b'].map((name) => enter(queue, name, context))
  await settle()
  await clock.advance(60_000)
  assert.equal(begun, [])
  assert.is(context.waits.length, 2)
  slots.isAway = false
  await clock.advance(250)
  await Promise.all(waiting)
  assert.equal(begun, ['a', 'b'])
})

test('what a trade without an answer may have taken is given back by the next one', async () => {
  const { clock, slots, createQueue, enter } = open({ concurrency: 2 })
  const queue = createQueue()
  const trade = slots.trade
  slots.trade = async (given) => {
    slots.trade = trade
    await trade(given)
    throw new Error('the answer is lost')
  }
  const entering = enter(queue, 'a')
  await settle()
  await clock.advance(250)
  await entering
  await settle()
  assert.equal(slots.trades.at(-1), { held: 0, wanted: 1 })
})

test('calls that end are told at once, and their slots go to those behind them by the same trade', async () => {
  const { slots, begun, createQueue, enter } = open({ concurrency: 2 })
  const queue = createQueue()
  const leaves = await Promise.all(['a', 'b'].map((name) => enter(queue, name)))
  const rest = ['c', 'd', 'e'].map((name) => enter(queue, name))
  await settle()
  const before = slots.trades.length
  for (const leave of leaves) leave()
  await Promise.all(rest.slice(0, 2))
  assert.equal(slots.trades.slice(before), [{ held: 0, wanted: 3 }])
  assert.equal(begun, ['a', 'b', 'c', 'd'])
})

test('the slot of a call that was cancelled on its way goes back at once', async () => {
  const { slots, createQueue, enter } = open({ concurrency: 2 })
  const abort = new AbortController()
  const trade = slots.trade
  slots.trade = async (given) => {
    const answer = await trade(given)
    abort.abort()
    return answer
  }
  const cancelled = catchRejection(enter(createQueue(), 'a', createActorContext({ signal: abort.signal })))
  assert.ok(isCancelled(await cancelled))
  await settle()
  assert.equal(slots.trades, [
    { held: 0, wanted: 1 },
    { held: 0, wanted: 0 },
  ])
})

test('calls in flight keep their slots by being named again, and the end of the last leaves neither trade nor timer', async () => {
  const { clock, slots, createQueue, enter } = open({ concurrency: 2 })
  const leave = await enter(createQueue(), 'a')
  await settle()
  await clock.advance(1_000)
  await settle()
  assert.equal(slots.trades.at(-1), { held: 1, wanted: 0 })
  leave()
  await settle()
  assert.equal(slots.trades.at(-1), { held: 0, wanted: 0 })
  assert.is(clock.pending, 0)
})

test('a provider without limits asks nothing', async () => {
  const { slots, begun, createQueue, enter } = open({})
  const queue = createQueue()
  const entered = ['a', 'b'].map((name) => enter(queue, name))
  for (const leave of await Promise.all(entered)) leave()
  await settle()
  assert.equal(begun, ['a', 'b'])
  assert.equal(slots.trades, [])
})

test('a wait that a provider asks one process for holds back the calls of all, and is told once', async () => {
  const clock = createManualClock(1_000)
  const slots = createTestSlots()
  const [one, other] = [new ProviderQueues(clock, slots), new ProviderQueues(clock, slots)]
  const queues = [one.of('openai', {}), other.of('openai', {})]
  for (let refused = 0; refused < 3; refused++) queues[0]?.holdBack(5_000)
  assert.equal(slots.holds, [{ provider: 'openai', ms: 5_000 }])
  slots.tell('holds')
  await settle()
  let isBegun = false
  const held = queues[1]?.enter({ ...createActorContext(), deadline: 1_000_000 }).then(() => {
    isBegun = true
  })
  await clock.advance(4_999)
  await settle()
  assert.is(isBegun, false)
  await clock.advance(1)
  await held
  const soon = { ...createActorContext(), deadline: 7_000 }
  queues[0]?.holdBack(60_000)
  slots.tell('holds')
  await settle()
  const refused = await catchRejection(queues[1]?.enter(soon) ?? Promise.resolve())
  assert.ok(isFault(refused) && refused.code === 'rate_limited')
})

test('a process that begins later knows of the wait', async () => {
  const clock = createManualClock(1_000)
  const slots = createTestSlots()
  slots.holds.push({ provider: 'openai', ms: 70_000 })
  const queue = new ProviderQueues(clock, slots).of('openai', {})
  const refused = await catchRejection(queue.enter({ ...createActorContext(), deadline: 1_000_000 }))
  assert.ok(isFault(refused) && refused.code === 'rate_limited')
})

test('a database that does not answer holds back the first call of a provider without limits for a second', async () => {
  const clock = createManualClock(1_000)
  const slots = createTestSlots()
  slots.listHolds = () => new Promise(() => {})
  const entering = new ProviderQueues(clock, slots).of('openai', {}).enter({ ...createActorContext(), deadline: 1e9 })
  let isBegun = false
  void entering.then(() => {
    isBegun = true
  })
  await clock.advance(999)
  await settle()
  assert.is(isBegun, false)
  await clock.advance(1)
  await entering
})

test('all that use one database in a process have the same queues', () => {
  const clock = createManualClock(0)
  const slots = createTestSlots()
  assert.is(openProviderQueues(clock, slots), openProviderQueues(clock, slots))
  assert.is.not(openProviderQueues(clock, slots), openProviderQueues(clock, createTestSlots()))
  assert.is.not(openProviderQueues(clock, undefined), openProviderQueues(clock, undefined))
})

test('a process that stops waits until its free slots are known', async () => {
  const clock = createManualClock(1_000)
  const slots = createTestSlots()
  const queues = new ProviderQueues(clock, slots)
  const leave = await queues.of('openai', { concurrency: 1 }).enter({ ...createActorContext(), deadline: 1_000_000 })
  leave()
  await queues.settle()
  assert.equal(slots.trades.at(-1), { held: 0, wanted: 0 })
  assert.is(clock.pending, 0)
})

test.run()
