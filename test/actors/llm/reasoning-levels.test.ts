import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROVIDER_KINDS } from '../../../src/actors/llm/provider-kind.ts'
import { expectReasoning, REASONING_LEVELS } from '../../../src/actors/llm/reasoning-levels.ts'
import { catchFault } from '../../support/catch-fault.ts'

const test = suite('levels of reasoning')

for (const kind of PROVIDER_KINDS) {
  test(`${kind} takes each of its levels`, () => {
    for (const level of REASONING_LEVELS[kind]) assert.is(expectReasoning(kind, level), level)
  })

  test(`a level that ${kind} has no word for is the fault invalid_input, and not dropped`, async () => {
    for (const level of ['extreme', 500, null, ...(kind === 'ollama' ? ['xhigh'] : [true])])
      assert.is((await catchFault(async () => expectReasoning(kind, level))).code, 'invalid_input', String(level))
  })
}

test.run()
