/** Refusals as vendors write them: the fault, and the words that stay in it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openai } from '../../../src/actors/llm/openai/index.ts'
import { readVendorError, toVendorFault } from '../../../src/actors/llm/provider-fault.ts'
import { toServerAccess } from '../../../src/actors/llm/provider-settings.ts'
import type { JsonValue } from '../../../src/core/json.ts'

const test = suite('refusals of vendors')

const judge = (status: number | undefined, body: JsonValue | string) =>
  toVendorFault(readVendorError(body, status), {
    ...toServerAccess(openai, { name: 'own', apiKey: 'key-planted-7f3a91c25e' }),
    model: 'm',
    url: 'https://api.example/v1',
    nowMs: 0,
  })

/** Status, body, fault, words in its message. */
const TABLE: [string, number | undefined, JsonValue | string, string, string][] = [
  [
    "a router's error has the words of the vendor behind it",
    400,
    {
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: '{"error":{"message":"tools are not supported"}}', provider_name: 'Acme' },
      },
    },
    'invalid_input',
    'Provider returned error: Acme said: tools are not supported',
  ],
  [
    "a router's error whose raw part is a text",
    undefined,
    {
      error: {
        message: 'Provider returned error',
        code: 429,
        metadata: { raw: 'm is temporarily rate-limited upstream' },
      },
    },
    'rate_limited',
    'm is temporarily rate-limited upstream',
  ],
  [
    'a request that a router flagged',
    403,
    { error: { message: 'your input was flagged', code: 403, metadata: { reasons: ['violence'] } } },
    'refused',
    'your input was flagged',
  ],
  [
    'an API that is not enabled',
    403,
    {
      error: {
        code: 403,
        message: 'Generative Language API has not been used in project 42 before or it is disabled.',
        status: 'PERMISSION_DENIED',
      },
    },
    'unauthorized',
    'has not been used in project 42',
  ],
  ['a text in the field detail', 422, { detail: 'model is required' }, 'invalid_input', 'model is required'],
  [
    'a list in the field detail',
    422,
    { detail: [{ loc: ['body', 'n'], msg: 'must be 1' }] },
    'invalid_input',
    'must be 1',
  ],
  [
    'a context window that is exceeded, by its code',
    400,
    { error: { message: 'too long', code: 'context_length_exceeded' } },
    'too_large',
    'too long',
  ],
  [
    'a prompt that is too long, in the words of Anthropic',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 215000 tokens > 200000 maximum' },
    },
    'too_large',
    '215000',
  ],
  [
    'a prompt that is too long, in the words of Gemini',
    400,
    {
      error: {
        code: 400,
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        status: 'INVALID_ARGUMENT',
      },
    },
    'too_large',
    '1200000',
  ],
  [
    'a model that is decommissioned, by its code',
    400,
    { error: { message: 'use another', code: 'model_decommissioned' } },
    'not_found',
    'use another',
  ],
  [
    'a model that is missing, with 400',
    400,
    { error: { message: 'no such model', code: 'model_not_found' } },
    'not_found',
    'no such model',
  ],
  [
    'a deployment that is missing',
    404,
    { error: { code: 'DeploymentNotFound', message: 'The API deployment does not exist' } },
    'not_found',
    "The API deployment does not exist\nmodels of 'own' are named by their deployments: create one of this name",
  ],
  [
    'a call that its server could not read',
    400,
    { error: { message: 'Failed to call a function.', code: 'tool_use_failed' } },
    'invalid_output',
    'Failed to call',
  ],
  [
    'JSON that its server could not read',
    400,
    { error: { message: 'Failed to generate JSON.', code: 'json_validate_failed' } },
    'invalid_output',
    'Failed to generate',
  ],
]
for (const [title, status, body, code, words] of TABLE)
  test(`${title} is the fault ${code}`, () => {
    for (const given of [body, JSON.stringify(body)]) {
      const fault = judge(status, given)
      assert.is(fault.code, code, fault.message)
      assert.match(fault.message, words)
    }
  })

test('words that only look like a key stay', () => {
  assert.match(
    judge(400, { error: { message: 'the field response_format.json_schema is odd...' } }).message,
    'response_format.json_schema is odd...',
  )
})

test.run()
