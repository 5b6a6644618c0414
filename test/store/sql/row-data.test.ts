import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../../src/core/json.ts'
import { packRowData, unpackRowData } from '../../../src/store/sql/row-data.ts'

const test = suite('data of journal rows')

const AT = 1_767_323_045_012
const USAGE = {
  provider: 'mock',
  model: 'echo',
  input_tokens: 2,
  cached_tokens: 0,
  output_tokens: 3,
  cost_usd: 0,
}
const FIGURES = { attempt: 1, started: AT - 12, ms: 12 }
const OUTCOME = { output: { text: 'hello' }, ...FIGURES, usage: [USAGE] }
const FAULT = { code: 'timeout', message: 'too slow', retryable: true }

/** As the database gives it back. */
const throughText = (data: JsonValue, at: number): JsonValue =>
  unpackRowData(JSON.parse(JSON.stringify(packRowData(data, at))), at)

test('an outcome with its usage takes a third of its JSON', () => {
  const text = JSON.stringify(packRowData(OUTCOME, AT))
  assert.is(text, '[1,{"text":"hello"},12,1,12,[["mock","echo",2,0,3,0]]]')
  assert.ok(text.length < JSON.stringify(OUTCOME).length / 3)
})

const KEPT: Record<string, JsonValue> = {
  'an outcome with usage': OUTCOME,
  'an outcome without usage': { output: 'x', ...FIGURES },
  'an output of null': { output: null, ...FIGURES },
  'a fault': { fault: FAULT, ...FIGURES, usage: [] },
  'a failed attempt that started after the clock was set back': { fault: FAULT, ...FIGURES, started: AT + 5_000 },
  'both an output and a fault': { output: 1, fault: FAULT, ...FIGURES },
  'neither an output nor a fault': FIGURES,
  'more than it usually says': { ...OUTCOME, agent: 'a-1' },
  'figures that are no whole numbers': { ...OUTCOME, ms: 1.5 },
  'a usage with another field': { ...OUTCOME, usage: [{ ...USAGE, seconds: 2 }, USAGE] },
  'a usage with an unknown price': { ...OUTCOME, usage: [{ ...USAGE, cost_usd: null }] },
  'a usage that is a list': { ...OUTCOME, usage: [[1, 2, 3, 4, 5, 6], [], [7]] },
  'a usage that is no list': { ...OUTCOME, usage: 'none' },
  'a list': [1, OUTCOME.output, 12],
  'a text': 'x',
}

for (const [name, data] of Object.entries(KEPT)) {
  test(`${name} comes back as it was`, () => {
    assert.equal(throughText(data, AT), data)
  })
}

test('any JSON comes back as it was', () => {
  const figures = fc.record(
    {
      output: fc.jsonValue(),
      fault: fc.jsonValue(),
      attempt: fc.oneof(fc.integer(), fc.maxSafeInteger()),
      started: fc.maxSafeInteger(),
      ms: fc.nat(),
      usage: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), figures), fc.maxSafeInteger(), (data, at) => {
      const value = JSON.parse(JSON.stringify(data)) as JsonValue
      assert.equal(throughText(value, at), value)
    }),
  )
})

test.run()
