import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ProviderQueue } from '../../../src/actors/llm/provider-queue.ts'
import { ProviderQueues } from '../../../src/actors/llm/provider-queues.ts'
import { isCancelled } from '../../../src/core/cancelled.ts'
import { isFault } from '../../../src/core/fault.ts'
import type { SlotLimits } from '../../../src/core/provider-slots.ts'
import { createActorContext, type TestContext } from '../../support/actor-context.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { catchRejection } from '../../support/store-values.ts'

const test = suite('the queue of a provider')

const open = (limits: SlotLimits) => {
  const clock = createManualClock(1_000)
  const queue = new ProviderQueue('openai', { limits, clock })
  const begun: string[] = []
  const enter = (name: string, context: TestContext = createActorContext()) => {
    const entering = queue.enter({ ...context, deadline: 1_000_000 })
    return entering.then((leave) => {
      begun.push(name)
      return leave
    })
  }
  return { clock, queue, begun, enter }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('so many calls are in flight at once, and the next one begins when one ends, in the order of their coming', async () => {
  const { begun, enter } = open({ concurrency: 2 })
  const context = createActorContext()
  const [first] = [await enter('a'), await enter('b')]
  const third = enter('c', context)
  const fourth = enter('d')
  await settle()
  assert.equal(begun, ['a', 'b'])
  assert.equal(context.waits, ['a slot of openai'])
  first?.()
  first?.()
  const leave = await third
  await settle()
  assert.equal(begun, ['a', 'b', 'c'])
  leave()
  await fourth
  assert.equal(context.waits, ['a slot of openai', 'a slot of openai ended'])
})

test('the load of each provider is known: calls in flight, and those that wait', async () => {
  const queues = new ProviderQueues(createManualClock(1_000))
  const queue = queues.of('openai', { concurrency: 1 })
  const leave = await queue.enter({ ...createActorContext(), deadline: 1_000_000 })
  const next = queue.enter({ ...createActorContext(), deadline: 1_000_000 })
  assert.equal(queues.list(), [{ provider: 'openai', inUse: 1, waiting: 1 }])
  leave()
  ;(await next)()
  assert.equal(queues.list(), [{ provider: 'openai', inUse: 0, waiting: 0 }])
})

test('so many calls begin in any time of the length of the rate', async () => {
  const { clock, begun, enter } = open({ rate: { count: 2, windowMs: 1_000 } })
  const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (name) => (await enter(name))()))
  await settle()
  assert.equal(begun, ['a', 'b'])
  await clock.advance(999)
  await settle()
  assert.equal(begun, ['a', 'b'])
  await clock.advance(1)
  await settle()
  assert.equal(begun, ['a', 'b', 'c', 'd'])
  await clock.advance(1_000)
  await all
  assert.equal(begun, ['a', 'b', 'c', 'd', 'e'])
})

test('a wait that the provider asks one call for holds back every call', async () => {
  const { clock, queue, begun, enter } = open({})
  await enter('a')
  queue.holdBack(5_000)
  const held = enter('b')
  await clock.advance(4_999)
  await settle()
  assert.equal(begun, ['a'])
  await clock.advance(1)
  await held
  assert.equal(begun, ['a', 'b'])
})

test('a call that would wait too long is refused with the wait that is left, also while it is in the queue', async () => {
  const { clock, queue, enter } = open({ concurrency: 1 })
  await enter('a')
  const queued = catchRejection(enter('b'))
  queue.holdBack(61_000)
  await clock.advance(500)
  for (const [refused, leftMs] of [
    [await queued, 61_000],
    [await catchRejection(enter('c')), 60_500],
  ] as const) {
    assert.ok(isFault(refused))
    assert.is(refused.code, 'rate_limited')
    assert.is(refused.retryable, true)
    assert.equal(refused.details, { retry_after_ms: leftMs })
  }
})

test('a wait beyond the deadline of the attempt is refused at once', async () => {
  const { queue } = open({})
  queue.holdBack(5_000)
  const refused = await catchRejection(queue.enter({ ...createActorContext(), deadline: 5_999 }))
  assert.ok(isFault(refused) && refused.code === 'rate_limited')
})

test('a call that is cancelled leaves the queue, and the one behind it moves up', async () => {
  const { begun, enter } = open({ concurrency: 1 })
  const abort = new AbortController()
  const leave = await enter('a')
  const cancelled = catchRejection(enter('b', createActorContext({ signal: abort.signal })))
  const next = enter('c')
  abort.abort()
  assert.ok(isCancelled(await cancelled))
  leave()
  await next
  assert.equal(begun, ['a', 'c'])
  assert.ok(isCancelled(await catchRejection(enter('d', createActorContext({ signal: abort.signal })))))
})

test('the last call to leave the queue leaves no timer behind', async () => {
  const { clock, enter } = open({ rate: { count: 1, windowMs: 3_600_000 } })
  const abort = new AbortController()
  await enter('a')
  const cancelled = catchRejection(enter('b', createActorContext({ signal: abort.signal })))
  await settle()
  assert.is(clock.pending, 1)
  abort.abort()
  assert.ok(isCancelled(await cancelled))
  assert.is(clock.pending, 0)
})

test('a provider has one queue, however many load it', () => {
  const queues = new ProviderQueues(createManualClock(0))
  assert.is(queues.of('openai', { concurrency: 1 }), queues.of('openai', { concurrency: 1 }))
  assert.is.not(queues.of('openai', {}), queues.of('local', {}))
})

test.run()
