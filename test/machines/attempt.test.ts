import { getShortestPaths } from '@xstate/graph'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { initialTransition, type SnapshotFrom, transition } from 'xstate'
import type { FaultData } from '../../src/core/fault.ts'
import { backoffDelay, type RetryPolicy } from '../../src/core/retry-policy.ts'
import { type AttemptEvent, type AttemptInput, attemptMachine } from '../../src/machines/attempt.ts'

const RETRYABLE: FaultData = { code: 'unavailable', message: 'away', retryable: true }
const FINAL: FaultData = { code: 'refused', message: 'no', retryable: false }
const POLICY: RetryPolicy = { max: 3, minMs: 1_000, maxMs: 30_000, jitter: true }

const inputWith = (change: Partial<AttemptInput> = {}): AttemptInput => ({
  retry: POLICY,
  onLost: 'retry',
  seed: 'r-1/a#1',
  failed: 0,
  lost: 0,
  choices: 1,
  choice: 0,
  before: 0,
  ...change,
})

type Snapshot = SnapshotFrom<typeof attemptMachine>

const follow = (input: AttemptInput, events: readonly AttemptEvent[]): Snapshot => {
  let [snapshot] = initialTransition(attemptMachine, input)
  for (const event of events) [snapshot] = transition(attemptMachine, snapshot, event)
  return snapshot
}

const EVENTS: AttemptEvent[] = [
  { type: 'succeeded' },
  { type: 'failed', fault: RETRYABLE },
  { type: 'failed', fault: FINAL },
  { type: 'elapsed' },
  { type: 'lost' },
]

const pathsOf = (input: AttemptInput) =>
  getShortestPaths(attemptMachine, {
    input,
    events: EVENTS,
    serializeState: ({ value, context }) => JSON.stringify([value, context.attempt, context.fault?.code]),
  })

const test = suite('attempt machine')

test('every state is reached, and each of its ends', () => {
  const reached = new Set(pathsOf(inputWith()).map(({ state }) => String(state.value)))
  assert.equal([...reached].sort(), Object.keys(attemptMachine.states).sort())
  const ends = pathsOf(inputWith()).filter(({ state }) => state.status === 'done')
  const codes = new Set(ends.map(({ state }) => (state as Snapshot).context.fault?.code))
  assert.equal([...codes].sort(), ['outcome_unknown', 'refused', 'unavailable', undefined])
})

test('from every state an end can be reached', () => {
  for (const { state } of pathsOf(inputWith())) {
    if (state.status === 'done') continue
    const ends = getShortestPaths(attemptMachine, {
      fromState: state as Snapshot,
      events: EVENTS,
      toState: (reached) => reached.status === 'done',
      serializeState: ({ value, context }) => JSON.stringify([value, context.attempt, context.fault?.code]),
    })
    assert.ok(ends.length > 0, `no way out of ${JSON.stringify(state.value)}`)
  }
})

for (const max of [1, 2, 5]) {
  test(`retry.max ${max} allows ${max} attempts`, () => {
    const failed: AttemptEvent = { type: 'failed', fault: RETRYABLE }
    const events = Array.from({ length: max - 1 }, (): AttemptEvent[] => [failed, { type: 'elapsed' }]).flat()
    const last = follow(inputWith({ retry: { ...POLICY, max } }), events)
    assert.equal([last.value, last.context.attempt], ['performing', max])
    const end = follow(inputWith({ retry: { ...POLICY, max } }), [...events, failed])
    assert.equal([end.value, end.context.fault?.code], ['failed', 'unavailable'])
  })
}

test('failed attempts of earlier lease holders count, lost ones do not use up retry.max', () => {
  const failed: AttemptEvent = { type: 'failed', fault: RETRYABLE }
  assert.is(follow(inputWith({ failed: 2 }), [failed]).value, 'failed')
  assert.is(follow(inputWith({ failed: 1, lost: 1 }), [failed]).value, 'backing_off')
})

test('a fault that is not retryable ends it at once, unless retry.on names it', () => {
  const failed: AttemptEvent = { type: 'failed', fault: FINAL }
  assert.is(follow(inputWith(), [failed]).value, 'failed')
  assert.is(follow(inputWith({ retry: { ...POLICY, on: ['refused'] } }), [failed]).value, 'backing_off')
  assert.is(
    follow(inputWith({ retry: { ...POLICY, on: ['refused'] } }), [{ type: 'failed', fault: RETRYABLE }]).value,
    'failed',
  )
})

test('on_lost: fail makes a lost attempt the fault outcome_unknown', () => {
  const { value, context } = follow(inputWith({ onLost: 'fail' }), [{ type: 'lost' }])
  assert.equal([value, context.fault?.code, context.fault?.retryable], ['failed', 'outcome_unknown', false])
})

for (const max of [1, 3]) {
  test(`with retry.max ${max} a step may be lost ${max + 1} times, and the next loss is the last`, () => {
    const retry = { ...POLICY, max }
    for (let lost = 0; lost <= max; lost++) {
      const again = follow(inputWith({ retry, lost }), [{ type: 'lost' }])
      assert.equal([again.value, again.context.attempt], ['performing', lost + 2])
    }
    const end = follow(inputWith({ retry, lost: max + 1 }), [{ type: 'lost' }])
    assert.equal([end.value, end.context.fault?.code], ['failed', 'outcome_unknown'])
    assert.equal(end.context.fault?.details, { attempts: max + 2 })
  })
}

test('an event that does not fit the state changes nothing', () => {
  const initial = follow(inputWith(), [])
  assert.is(follow(inputWith(), [{ type: 'elapsed' }]).value, initial.value)
  const resting = follow(inputWith(), [{ type: 'failed', fault: RETRYABLE }])
  for (const event of [EVENTS[0], EVENTS[1], EVENTS[4]] as AttemptEvent[]) {
    const [after] = transition(attemptMachine, resting, event)
    assert.equal([after.value, after.context], [resting.value, resting.context])
  }
})

const backoff = suite('backoff')

test('the backoff is planned from the attempt that failed', () => {
  const { context } = follow(inputWith(), [{ type: 'failed', fault: RETRYABLE }])
  assert.is(context.delayMs, backoffDelay(POLICY, 1, { seed: 'r-1/a#1' }))
})

backoff('stays between 0 and the doubled minimum, never beyond the maximum', async () => {
  const policies = fc
    .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100_000 }))
    .map(([minMs, more]) => ({ max: 99, minMs, maxMs: minMs + more, jitter: true }))
  await fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 60 }), fc.string(), (policy, attempt, seed) => {
      const delay = backoffDelay(policy, attempt, { seed })
      const ceiling = Math.min(policy.maxMs, policy.minMs * 2 ** (attempt - 1))
      assert.ok(Number.isInteger(delay) && delay >= 0 && delay <= ceiling)
      assert.is(backoffDelay({ ...policy, jitter: false }, attempt, { seed }), ceiling)
      assert.is(backoffDelay(policy, attempt, { seed }), delay, 'the same seed waits as long')
    }),
  )
})

backoff('jitter spreads evenly: a thousand effects use each tenth of the range', () => {
  const tenths = new Set<number>()
  let sum = 0
  for (let run = 0; run < 1_000; run++) {
    const delay = backoffDelay({ ...POLICY, maxMs: 1_000 }, 1, { seed: `r-${run}/a#1` })
    tenths.add(Math.min(9, Math.floor(delay / 100)))
    sum += delay
  }
  assert.is(tenths.size, 10)
  assert.ok(Math.abs(sum / 1_000 - 500) < 50, `mean ${sum / 1_000}`)
})

backoff('a retry delay in a fault is obeyed, up to 30 days', () => {
  const asks = (ms: number): FaultData => ({ ...RETRYABLE, details: { retry_after_ms: ms } })
  assert.is(backoffDelay(POLICY, 1, { seed: '', fault: asks(1_234) }), 1_234)
  assert.is(backoffDelay(POLICY, 1, { seed: '', fault: asks(9_999_999) }), 9_999_999)
  assert.is(backoffDelay(POLICY, 1, { seed: '', fault: asks(1e12) }), 30 * 86_400_000)
  assert.is(backoffDelay(POLICY, 1, { seed: '', fault: asks(-5) }), 0)
})

for (const one of [test, backoff]) one.run()
