/** A client of the HTTP interface that holds each answer to the OpenAPI document. */
import * as assert from 'uvu/assert'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts'
import { createValidator, type Validator } from '../../src/core/json-schema-validator.ts'
import type { DrawnRequest } from './api-requests.ts'

export interface Answer {
  status: number
  body: JsonObject
  headers: Headers
}

export interface HttpClient {
  document: JsonObject
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  /** @param body A text is sent as it is. */
  post(path: string, body?: JsonValue, headers?: Record<string, string>): Promise<Answer>
  /** Sends any request. A stream of events is left when it has begun. */
  send(request: DrawnRequest): Promise<Answer>
}

export const connect = async (url: string): Promise<HttpClient> => {
  const document = expectObject(await (await fetch(`${url}/openapi.json`)).json())
  const validators = new Map<string, Validator>()
  const validatorOf = (schema: JsonObject): Validator => {
    const key = JSON.stringify(schema)
    const validator = validators.get(key) ?? createValidator(withDefinitions(document, schema))
    validators.set(key, validator)
    return validator
  }
  const ask = async (method: string, path: string, init: RequestInit): Promise<Answer> => {
    const left = new AbortController()
    const response = await fetch(url + path, { method, ...init, signal: left.signal })
    const { status, headers } = response
    const [type = ''] = (headers.get('content-type') ?? '').split(';')
    const { [type]: content } = findContent(document, { method: method.toLowerCase(), path, status })
    assert.ok(isJsonObject(content), `${method} ${path}: the document has no ${status} of the type '${type}'`)
    if (type === 'text/event-stream') {
      left.abort()
      return { status, headers, body: {} }
    }
    if (!type.endsWith('json')) return { status, headers, body: { text: await response.text() } }
    const body: unknown = await response.json()
    const problem = validatorOf(at(content, 'schema'))(body)
    assert.is(problem, undefined, `${method} ${path}: ${status} ${problem} ${JSON.stringify(body)}`)
    return { status, headers, body: expectObject(body) }
  }
  return {
    document,
    get: (path, headers = {}) => ask('get', path, { headers }),
    send: ({ method, path, headers, body }) => ask(method, path, { headers, ...(body !== undefined && { body }) }),
    post: (path, body, headers = {}) =>
      ask('post', path, {
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  }
}

interface Asked {
  method: string
  path: string
  status: number
}

/** Finds the contents that the document has for an answer, by type. A path that the document does not have is answered by a problem. */
const findContent = (document: JsonObject, { method, path, status }: Asked): JsonObject => {
  const [plain = ''] = path.split('?')
  const paths = at(document, 'paths')
  // A path in full comes before one with parameters.
  const template = Object.keys(paths)
    .toSorted((one, other) => one.split('{').length - other.split('{').length)
    .find(
      (known) =>
        new RegExp(`^${known.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`).test(plain) &&
        at(paths, known)[method] !== undefined,
    )
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  if (template === undefined || at(document, 'paths', template)[method] === undefined) return problem
  const responses = at(document, 'paths', template, method, 'responses')
  return at(responses, responses[status] === undefined ? `${Math.floor(status / 100)}XX` : String(status), 'content')
}

const withDefinitions = (document: JsonObject, schema: JsonObject): JsonObject =>
  JSON.parse(
    JSON.stringify({ ...schema, $defs: at(document, 'components', 'schemas') }).replaceAll(
      '#/components/schemas/',
      '#/$defs/',
    ),
  )

const at = (value: JsonObject, ...path: string[]): JsonObject => {
  let found: JsonValue | undefined = value
  for (const key of path) found = isJsonObject(found) ? found[key] : undefined
  return expectObject(found)
}

const expectObject = (value: unknown): JsonObject => {
  assert.ok(isJsonObject(value), JSON.stringify(value))
  return value
}

export interface ServerEvent {
  id: string | undefined
  event: string | undefined
  data: JsonValue
}

export interface ReadEventsOptions {
  lastEventId?: string | undefined
  enough?: number
  token?: string
  /** The stream has begun. */
  onOpen?(): void
}

/** Reads server-sent events until the stream ends, or until `enough` of them have come. */
export const readEvents = async (
  url: string,
  { lastEventId, enough = Number.POSITIVE_INFINITY, token, onOpen = () => {} }: ReadEventsOptions = {},
): Promise<ServerEvent[]> => {
  const stop = new AbortController()
  const headers = {
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url, { signal: stop.signal, headers })
  assert.is(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', 'text/event-stream')
  const events: ServerEvent[] = []
  let text = ''
  let hasBegun = false
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (!hasBegun) onOpen()
      hasBegun = true
      text += chunk
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      events.push(...parts.flatMap(parseEvent))
      if (events.length >= enough) break
    }
  } finally {
    stop.abort()
  }
  return events
}

const parseEvent = (part: string): ServerEvent[] => {
  const fields = new Map(
    part.split('\n').map((line): [string, string] => {
      const [name = '', ...rest] = line.split(': ')
      return [name, rest.join(': ')]
    }),
  )
  const data = fields.get('data')
  return data === undefined ? [] : [{ id: fields.get('id'), event: fields.get('event'), data: JSON.parse(data) }]
}
