import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import type { Fault } from '../../src/core/fault.ts'
import type { JsonValue } from '../../src/core/json.ts'
import type { JsonSchema } from '../../src/core/json-schema.ts'
import { checkInput } from '../../src/runtime/check-input.ts'

const refusal = async (schema: JsonSchema, input: JsonValue): Promise<Partial<Fault>> => {
  try {
    await checkInput({ name: 'x', input: schema } as CompiledWorkflow, input)
    return {}
  } catch (thrown) {
    return thrown as Fault
  }
}

test('J4: a number that JSON turns into null is refused as input, even where any value is allowed', async () => {
  for (const number of [Number.POSITIVE_INFINITY, Number.NaN])
    assert.is((await refusal({ properties: { n: {} } }, { n: [number] })).code, 'invalid_input')
})

test('defaults are filled in without changing the given input', async () => {
  const given = {}
  const schema: JsonSchema = { type: 'object', properties: { n: { type: 'integer', default: 3 } } }
  assert.equal(await checkInput({ name: 'x', input: schema } as CompiledWorkflow, given), { n: 3 })
  assert.equal(given, {})
})

test.run()
