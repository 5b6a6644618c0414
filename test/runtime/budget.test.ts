import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Admission, Budget, withMaxTokens } from '../../src/runtime/budget/budget.ts'

/** One dollar per million input tokens, two per million output tokens. */
const PRICES = { worstCase: () => ({ inputUsd: 1e-6, outputUsd: 2e-6 }) }

const UNLIMITED = { costUsd: undefined, tokens: undefined }

const callOf = (more: Record<string, number> = {}, text = 'x'.repeat(100)) => ({
  model: 'one/m',
  messages: [{ role: 'user', content: text }],
  params: more,
})

/** Bytes of the request of `callOf()`. */
const INPUT = Buffer.byteLength(JSON.stringify([callOf().messages, null, null]))

const granted = (admission: Admission): Extract<Admission, { kind: 'granted' }> => {
  assert.is(admission.kind, 'granted')
  return admission as Extract<Admission, { kind: 'granted' }>
}

const usageOf = (input_tokens: number, output_tokens: number, cost_usd: number | null) => [
  { provider: 'one', model: 'm', input_tokens, cached_tokens: 0, output_tokens, cost_usd },
]

const test = suite('budget')

test('a call reserves the bytes of its request and its max_tokens, at the highest price', () => {
  const budget = new Budget({ ...UNLIMITED, costUsd: 1 }, { prices: PRICES })
  const { reserved, maxTokens } = granted(budget.admit(callOf({ max_tokens: 500 })))
  assert.is(maxTokens, 500)
  assert.equal(reserved, { tokens: INPUT + 500, costUsd: INPUT * 1e-6 + 500 * 2e-6 })
})

test('a max_tokens below 0 gives no room to other calls', () => {
  const budget = new Budget({ ...UNLIMITED, tokens: 2_000 }, { prices: PRICES })
  assert.is(granted(budget.admit(callOf({ max_tokens: -1_000_000 }))).reserved.tokens, INPUT)
})

test('without max_tokens a call gets the output tokens that the rest of the budget pays for', () => {
  const budget = new Budget({ ...UNLIMITED, tokens: 2_000 }, { prices: PRICES })
  budget.spend('a', usageOf(300, 200, 0.001))
  assert.is(granted(budget.admit(callOf())).maxTokens, 1_500 - INPUT)
})

test('a max_tokens of the budget is marked, and one of the workflow is not', () => {
  assert.equal(withMaxTokens(callOf(), 300), { ...callOf({ max_tokens: 300 }), max_tokens_by: 'budget' })
  assert.is(withMaxTokens(callOf({ max_tokens: 300 }), 300).max_tokens_by, undefined)
})

test('it never gets more output tokens than a model can be expected to take', () => {
  const budget = new Budget({ ...UNLIMITED, costUsd: 1_000 }, { prices: PRICES })
  assert.is(granted(budget.admit(callOf())).maxTokens, 8_192)
})

test('a rest that pays for fewer than 256 tokens admits no call', () => {
  const at = (rest: number): Admission =>
    new Budget({ ...UNLIMITED, tokens: INPUT + rest }, { prices: PRICES }).admit(callOf())
  assert.is(at(256).kind, 'granted')
  const refused = at(255)
  assert.is(refused.kind, 'exceeded')
})

test('a call that does not fit is refused, with the spending by step', () => {
  const budget = new Budget({ ...UNLIMITED, costUsd: 0.001 }, { prices: PRICES })
  budget.spend('first', usageOf(100, 100, 0.0003))
  budget.spend('second', usageOf(100, 100, 0.0005))
  assert.equal(budget.admit(callOf({ max_tokens: 200 })), {
    kind: 'exceeded',
    limit: 'cost_usd',
    details: {
      allowed: 0.001,
      spent: 0.0008,
      needed: Number((INPUT * 1e-6 + 200 * 2e-6).toFixed(9)),
      spent_on: { second: 0.0005, first: 0.0003 },
    },
  })
})

test('a call that would fit by itself waits for the calls in flight, and is admitted when one gives its reservation back', () => {
  const budget = new Budget({ ...UNLIMITED, tokens: INPUT * 2 + 700 }, { prices: PRICES })
  const first = granted(budget.admit(callOf({ max_tokens: 400 })))
  assert.is(budget.admit(callOf({ max_tokens: 400 })).kind, 'wait')
  let asked = 0
  budget.whenReleased(() => asked++)
  budget.spend('a', usageOf(20, 30, 0))
  first.release()
  assert.is(asked, 1)
  assert.is(budget.admit(callOf({ max_tokens: 400 })).kind, 'granted')
})

test('an answer that may need a repair reserves both turns', () => {
  const budget = new Budget({ ...UNLIMITED, costUsd: 1 }, { prices: PRICES })
  const plain = granted(budget.admit(callOf({ max_tokens: 500 }))).reserved
  const repaired = granted(budget.admit({ ...callOf({ max_tokens: 500 }), returns: { type: 'object' } })).reserved
  assert.ok(repaired.costUsd > 2 * plain.costUsd)
})

test('a repair that may reach the price of long inputs reserves that price, and a price of the call itself counts each time', () => {
  const prices = {
    worstCase: (_provider: string, _model: string, tokens = 0) =>
      tokens > 1_000
        ? { inputUsd: 3e-6, outputUsd: 5e-6, callUsd: 0.02 }
        : { inputUsd: 1e-6, outputUsd: 2e-6, callUsd: 0.01 },
  }
  const call = { ...callOf({ max_tokens: 500 }), returns: { type: 'object' } }
  const { reserved } = granted(new Budget({ ...UNLIMITED, costUsd: 1 }, { prices }).admit(call))
  const input = Buffer.byteLength(JSON.stringify([call.messages, null, call.returns]))
  const first = 0.01 + input * 1e-6 + 500 * 2e-6
  assert.ok(Math.abs(reserved.costUsd - first - (0.02 + (input + 500 + 2_000) * 3e-6 + 500 * 5e-6)) < 1e-12)
  assert.is(reserved.tokens, 2 * input + 2 * 500 + 500 + 2_000)
})

test('usage and charges in the journal count when a run is resumed', () => {
  const row = { seq: 2, at: 0, visit: 1 }
  const budget = new Budget({ ...UNLIMITED, tokens: 1_000 }, { prices: PRICES })
  budget.recall({
    ...row,
    kind: 'outcome',
    path: 'a',
    data: { attempt: 1, started: 0, ms: 0, output: null, usage: usageOf(200, 100, null) },
  })
  budget.recall({ ...row, kind: 'lost', path: 'b', data: { attempt: 1, charged: { tokens: 400, costUsd: 0 } } })
  const refused = budget.admit(callOf({ max_tokens: 256 }))
  assert.equal(refused.kind === 'exceeded' && refused.details.spent_on, { b: 400, a: 300 })
})

test('the spending of a child counts for its parent', () => {
  const parent = new Budget({ ...UNLIMITED, tokens: INPUT + 1_000 }, { prices: PRICES })
  const child = new Budget(
    { ...UNLIMITED, tokens: 50_000 },
    { prices: PRICES, parent: { budget: parent, run: 'r-1', attempt: 'child#1.1' } },
  )
  const first = granted(child.admit(callOf()))
  assert.is(first.maxTokens, 1_000)
  assert.is(child.admit(callOf({ max_tokens: 300 })).kind, 'wait')
  child.spend('a', usageOf(INPUT, 500, 0))
  first.release()
  // The usage of the child is not counted again when its parent receives it.
  parent.spend('child', [{ ...usageOf(INPUT, 500, 0)[0], provider: 'workflow' } as never])
  const refused = child.admit(callOf({ max_tokens: 600 }))
  assert.equal(refused.kind === 'exceeded' && refused.details.spent, INPUT + 500)
  assert.is(refused.kind === 'exceeded' && refused.details.of_run, 'r-1')
})

test.run()
