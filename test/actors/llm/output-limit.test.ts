import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findOutputLimit } from '../../../src/actors/llm/output-limit.ts'
import { expectServer } from '../../../src/actors/llm/providers.ts'

const test = suite('output limits of models')

const TABLE: [string, string, number | undefined][] = [
  ['openai', 'gpt-4-turbo', 4_096],
  ['openai', 'gpt-4-turbo-2024-04-09', 4_096],
  ['openai', 'gpt-4.1-mini', 32_768],
  ['openai', 'gpt-4o-mini', 16_384],
  ['openai', 'gpt-4o-2024-05-13', 4_096],
  ['openai', 'gpt-5-mini', 128_000],
  ['openai', 'ft:own', undefined],
  ['anthropic', 'claude-3-opus-20240229', 4_096],
  ['anthropic', 'claude-3-5-haiku-latest', 8_192],
  ['anthropic', 'claude-haiku-4-5', 64_000],
  ['gemini', 'models/gemini-2.5-flash', 65_536],
  ['gemini', 'gemini-1.5-pro', 8_192],
]
for (const [kind, model, limit] of TABLE)
  test(`${kind}/${model}: ${limit ?? 'unknown'}`, () => {
    assert.is(findOutputLimit(expectServer(kind).outputLimits ?? {}, model), limit)
  })

test.run()
