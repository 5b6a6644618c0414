import type { ActorDescription } from '../../../core/actor.ts'
import { LONGEST_TIMEOUT_MS } from '../../../core/clock.ts'
import { closedObject, type JsonSchema } from '../../../core/json-schema.ts'
import { LIMITS } from '../../../core/limits.ts'
import { NUMBERS } from '../numbers-option.ts'

const SCALAR = ['string', 'number', 'boolean']

const TARGET: Record<string, JsonSchema> = {
  url: { type: 'string', minLength: 1, description: 'http:// or https://' },
  query: {
    type: 'object',
    description: 'Added to the query of the URL; a list repeats its name',
    additionalProperties: { type: [...SCALAR, 'array'], items: { type: SCALAR } },
  },
  headers: { type: 'object', additionalProperties: { type: 'string' } },
  auth: {
    anyOf: [
      closedObject({ bearer: { type: 'string', minLength: 1 } }),
      closedObject({ basic: closedObject({ user: { type: 'string' }, password: { type: 'string' } }) }),
      closedObject({
        api_key: closedObject({
          in: { enum: ['header', 'query'] },
          name: { type: 'string', minLength: 1 },
          value: { type: 'string', minLength: 1 },
        }),
      }),
    ],
    description: 'Credentials: the header Authorization, or a header or parameter of the query with a key',
  },
}

/** Limits of the phases of an answer, within the `timeout` of the step. */
export const HEADER_TIMEOUT_MS = 300_000
export const BODY_TIMEOUT_MS = 60_000

const timeoutMs = (fallback: number, description: string): JsonSchema => ({
  type: 'integer',
  minimum: 1,
  maximum: LONGEST_TIMEOUT_MS,
  default: fallback,
  description,
})

/** Two bodies, or two headers of one name. */
const EXCLUSIVE = [
  ['auth', 'headers.authorization'],
  ['json', 'body', 'form'],
]

const BODY: Record<string, JsonSchema> = {
  json: { description: 'Sent as application/json' },
  body: { type: 'string', description: 'Sent as it is, as text/plain unless a header says otherwise' },
  form: {
    type: 'object',
    description: 'Sent as application/x-www-form-urlencoded',
    additionalProperties: { type: SCALAR },
  },
  redirects: {
    ...closedObject({ body: { type: 'boolean' } }),
    description: 'body: true: a redirect to another origin gets the body too; else it is the fault address_blocked',
  },
}

const ANSWER: Record<string, JsonSchema> = {
  follow_redirects: { type: 'boolean', default: true, description: 'Up to 5; else the redirect is the answer' },
  accept_status: {
    type: 'array',
    items: { type: 'integer', minimum: 100, maximum: 599 },
    description: 'Statuses of 400 and above that are answers, not faults',
  },
  max_bytes: { type: 'integer', minimum: 0, maximum: LIMITS.blob.most, default: 10_485_760 },
  header_timeout_ms: timeoutMs(HEADER_TIMEOUT_MS, 'The longest wait for the headers'),
  body_timeout_ms: timeoutMs(BODY_TIMEOUT_MS, 'The longest pause within the body'),
  expect: {
    enum: ['auto', 'json', 'text', 'blob'],
    default: 'auto',
    description: 'What the body is; auto: what its Content-Type says',
  },
  numbers: NUMBERS,
}

const FAULTS = [
  ...['unavailable', 'rate_limited', 'unauthorized', 'address_blocked', 'not_found', 'conflict', 'too_large'],
  ...['invalid_output', 'unsafe_number'],
]

const METHOD: JsonSchema = { enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] }

const OUTPUT = closedObject({
  status: { type: 'integer' },
  headers: { type: 'object', additionalProperties: { type: 'string' }, description: 'By lower-case name' },
  body: { description: 'Parsed JSON, text, or a blob' },
  url: { type: 'string', description: 'Where the answer came from, after redirects' },
})

const define = (
  name: string,
  description: string,
  fields: Record<string, JsonSchema>,
  writes = true,
): ActorDescription => ({
  name,
  description,
  writes,
  input: closedObject(fields, 'method' in fields ? ['url', 'method'] : ['url']),
  output: OUTPUT,
  faults: FAULTS,
  exclusive: EXCLUSIVE.filter(([field = '']) => field in fields),
})

export const HTTP_DESCRIPTIONS: readonly ActorDescription[] = [
  define('http.get', 'Reads a URL.', { ...TARGET, ...ANSWER }, false),
  define('http.post', 'Sends a body to a URL.', { ...TARGET, ...BODY, ...ANSWER }),
  define('http.put', 'Puts a body at a URL.', { ...TARGET, ...BODY, ...ANSWER }),
  define('http.patch', 'Changes what is at a URL.', { ...TARGET, ...BODY, ...ANSWER }),
  define('http.delete', 'Deletes what is at a URL.', { ...TARGET, ...BODY, ...ANSWER }),
  define('http.request', 'Sends a request with any method.', { method: METHOD, ...TARGET, ...BODY, ...ANSWER }),
]
