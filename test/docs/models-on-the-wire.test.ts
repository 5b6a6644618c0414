/** The tables of docs/models.md say of the wire what each kind of provider sends and reads. Their rows are held to servers that speak like the vendors. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadEmbedder } from '../../src/actors/embedding/embedders.ts'
import type { LlmAnswer } from '../../src/actors/llm/provider.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { JsonSchema } from '../../src/core/json-schema.ts'
import { type LlmMessage, type LlmTool, toModelName } from '../../src/core/llm.ts'
import { createActorContext } from '../support/actor-context.ts'
import { sendJson, startHttpServer } from '../support/http-server.ts'
import { askProvider } from '../support/wire/ask-provider.ts'
import { EMBEDDING_VENDORS } from '../support/wire/embeddings.ts'
import { WIRED_VENDORS } from '../support/wire/vendors.ts'
import type { WireVendor } from '../support/wire/wire.ts'
import { startWireServer, type WireServer } from '../support/wire/wire-server.ts'
import { readCode, readTable } from './page-table.ts'

const test = suite('docs/models.md, on the wire')
const servers = new Map<string, WireServer>()
test.before(async () => {
  for (const { vendor } of WIRED_VENDORS) servers.set(vendor.name, await startWireServer(vendor))
})
test.after(async () => {
  for (const server of servers.values()) await server.stop()
})

const expectServer = ({ name }: WireVendor): WireServer => {
  const server = servers.get(name)
  if (server === undefined) throw new Error(`no server of ${name}`)
  return server
}

type Request = Parameters<typeof askProvider>[1]

/** The body that a request becomes. */
const send = async (
  vendor: WireVendor,
  request: Request,
  stream = false,
): Promise<{ body: string; schema: unknown }> => {
  const server = expectServer(vendor)
  server.answerWith({ kind: 'answer', answer: { text: ['{"label":"bug"}'] } })
  await askProvider({ vendor, server }, request, { stream })
  const sent = server.requests.at(-1)
  if (sent === undefined) throw new Error('nothing was sent')
  return { body: sent.body, schema: vendor.readRequest(sent).schema }
}

const LABEL: JsonSchema = {
  type: 'object',
  properties: { label: { type: 'string' } },
  required: ['label'],
  additionalProperties: false,
}
const LOOK: LlmTool = { name: 'look', description: 'Looks.', input: { type: 'object', properties: {} } }

const VENDOR_ROWS = readTable('models.md', 'Vendors').map(([kind, wire = '', , returns = '', ids = '', back, left]) => {
  const { vendor, model = '' } = WIRED_VENDORS.find((one) => one.vendor.name === readCode(kind)[0]) ?? {}
  if (vendor === undefined) throw new Error(`no server speaks like ${kind}`)
  return { vendor, model: toModelName(model), wire, returns, ids, back, left }
})

for (const { vendor, model, returns } of VENDOR_ROWS)
  test(`says how ${vendor.name} is asked for an answer by a schema, also beside tools`, async () => {
    for (const tools of [undefined, [LOOK]]) {
      const { body, schema } = await send(vendor, { model, returns: LABEL, ...(tools && { tools }) })
      const isAside = tools !== undefined && returns.includes('beside tools in words')
      const isNative = returns.startsWith('natively') && !isAside
      const isInWords = returns.startsWith('in words') || returns.includes('in words too') || isAside
      assert.equal([schema !== undefined, body.includes('JSON Schema')], [isNative, isInWords], body)
    }
  })

/** The messages of a turn with calls, and their results. */
const toTurn = (toolCalls: LlmAnswer['toolCalls'], content = ''): LlmMessage[] => [
  { role: 'user', content: 'Look.' },
  { role: 'assistant', content, tool_calls: toolCalls },
  ...toolCalls.map(({ id, name }) => ({ role: 'tool', tool_call_id: id, name, content: 'rain' }) as const),
]

/** The lengths of ids, by the words of the table, that go out as they are. */
const ID_LENGTHS: Readonly<Record<string, number[]>> = {
  'up to 40 characters': [9, 40],
  '9 letters and digits': [9],
  "the vendor's own": [],
  none: [],
}

for (const { vendor, ids } of VENDOR_ROWS)
  test(`says which ids of calls ${vendor.name} takes`, async () => {
    const sent = [9, 40, 41].map((length) => 'aZ9'.repeat(14).slice(0, length))
    const calls = sent.map((id) => ({ id, name: 'look', arguments: '{}' }))
    const { body } = await send(vendor, { messages: toTurn(calls), tools: [LOOK] })
    const kept = sent.filter((id) => body.includes(`"${id}"`)).map((id) => id.length)
    assert.equal(kept, ID_LENGTHS[ids], body)
  })

/** Fields of a message that hold thoughts or signatures on some wire, and one that holds none. */
const FIELDS: JsonObject = {
  reasoning_content: 'planted reasoning_content',
  reasoning: 'planted reasoning',
  reasoning_details: [{ type: 'reasoning.text', text: 'planted reasoning_details' }],
  extra_content: { note: 'planted extra_content' },
  annotations: ['planted annotations'],
}
const CALL: JsonObject = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } }

for (const { vendor, wire, back } of VENDOR_ROWS.filter(({ wire: one }) => one.startsWith('chat completions')))
  test(`says which fields of ${vendor.name} go back in the next turn (${wire})`, async () => {
    const server = expectServer(vendor)
    const content = [{ type: 'thinking', thinking: [{ type: 'text', text: 'planted thinking' }] }]
    const message = { role: 'assistant', content, tool_calls: [CALL], ...FIELDS }
    const answered = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'tool_calls' }] })
    server.answerWith({ kind: 'raw', body: answered, contentType: 'application/json' })
    const { answer } = await askProvider({ vendor, server }, { tools: [LOOK] })
    const { body } = await send(vendor, { messages: toTurn(answer.toolCalls, answer.text), tools: [LOOK] })
    const sent = [...Object.keys(FIELDS), 'thinking'].filter((field) => body.includes(`planted ${field}"`))
    const [listed] = [back, VENDOR_ROWS[0]?.back].filter((cell) => cell !== 'as `openai`')
    assert.equal(sent, readCode(listed), body)
  })

for (const { vendor, back } of VENDOR_ROWS)
  test(`says that thoughts of ${vendor.name} go back: ${back}`, async () => {
    const server = expectServer(vendor)
    server.answerWith({
      kind: 'answer',
      answer: { thoughts: 'planted thoughts', toolCalls: [{ name: 'look', arguments: '{}' }] },
    })
    const { answer } = await askProvider({ vendor, server }, { tools: [LOOK] })
    const { body } = await send(vendor, { messages: toTurn(answer.toolCalls), tools: [LOOK] })
    // Gemini wants its signatures, and no summaries.
    const isSignature = back?.startsWith('signatures') === true
    assert.equal([body.includes('planted thoughts'), body.includes('thoughtSignature')], [!isSignature, isSignature])
  })

for (const { vendor, left = '' } of VENDOR_ROWS.filter(({ wire }) => wire.startsWith('chat completions')))
  test(`says if a stream of ${vendor.name} is asked for its usage`, async () => {
    const { body } = await send(vendor, {}, true)
    assert.is(body.includes('stream_options'), !readCode(left).includes('stream_options'))
  })

/** The vendors whose servers report a usage with this field, and where it stands. */
const CACHED: Readonly<Record<string, [vendor: string, (count: number) => JsonObject]>> = {
  cached_tokens: ['openai', (cached_tokens) => ({ prompt_tokens_details: { cached_tokens } })],
  prompt_cache_hit_tokens: ['deepseek', (prompt_cache_hit_tokens) => ({ prompt_cache_hit_tokens })],
  num_cached_tokens: ['mistral', (num_cached_tokens) => ({ num_cached_tokens })],
  cache_read_input_tokens: ['anthropic', (cache_read_input_tokens) => ({ cache_read_input_tokens })],
  cachedContentTokenCount: ['gemini', (cachedContentTokenCount) => ({ cachedContentTokenCount })],
}

const USAGES: Readonly<Record<string, (fields: JsonObject) => JsonObject>> = {
  anthropic: (fields) => ({
    type: 'message',
    content: [{ type: 'text', text: 'hi' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 10, output_tokens: 2, ...fields },
  }),
  gemini: (fields) => ({
    candidates: [{ content: { parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 40, candidatesTokenCount: 2, ...fields },
  }),
}
const toChatUsage = (fields: JsonObject): JsonObject => ({
  choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 40, completion_tokens: 2, ...fields },
})

const [, cachedRow] = readTable('models.md', 'How tokens are counted')
const CACHED_NAMES = readCode(cachedRow?.[1])

test('lists the names under which vendors count cached tokens', () =>
  assert.equal([...CACHED_NAMES], Object.keys(CACHED)))

for (const name of CACHED_NAMES)
  test(`says that ${name} are cached tokens, within the input`, async () => {
    const [kind = '', toFields] = CACHED[name] ?? []
    const { vendor } = WIRED_VENDORS.find((one) => one.vendor.name === kind) ?? {}
    if (vendor === undefined || toFields === undefined) throw new Error(`no server counts ${name}`)
    const server = expectServer(vendor)
    const body = JSON.stringify((USAGES[kind] ?? toChatUsage)(toFields(30)))
    server.answerWith({ kind: 'raw', body, contentType: 'application/json' })
    const { answer } = await askProvider({ vendor, server })
    const { input_tokens, cached_tokens, output_tokens } = answer.usage ?? {}
    assert.equal([input_tokens, cached_tokens, output_tokens], [40, 30, 2])
  })

for (const [cell, path = '', , , dimensions, purposes = ''] of readTable('models.md', 'Vectors of texts').slice(1)) {
  const [kind = ''] = readCode(cell)
  test(`says where ${kind} is asked for vectors, and how dimensions and purpose go out`, async () => {
    const vendor = EMBEDDING_VENDORS.find((one) => one.kind === kind)
    if (vendor === undefined) throw new Error(`no server gives vectors like ${kind}`)
    const server = await startHttpServer((_, response) => sendJson(response, vendor.encode([[3, 4]], 3)))
    try {
      const embedder = await loadEmbedder(kind, {
        providers: { [kind]: { kind, settings: { baseUrl: server.url, apiKey: 'a key of some length' } } },
      })
      for (const purpose of ['query', 'document'] as const)
        await embedder.perform(
          { model: `${kind}/${vendor.model}`, texts: ['Paris'], dimensions: 2, purpose },
          createActorContext(),
        )
      const [query, document] = server.requests
      assert.ok(query?.url.includes(readCode(path)[0] ?? ''), query?.url)
      assert.match(query?.body ?? '', `"${readCode(dimensions)[0]}":2`)
      assert.is(query?.body === document?.body, purposes === 'no difference')
      for (const name of readCode(purposes)) assert.match(query?.body ?? '', `"${name}":`)
    } finally {
      await server.stop()
    }
  })
}

/** The tests of the contract that hold a row: words of its first cell, and words of titles of quirks. */
const READ_AS: Readonly<Record<string, readonly string[]>> = {
  'content that is a list of parts': [
    'content that is a list of parts is their text',
    'content that is one part is its text',
    'content that is null is an empty text',
    'thoughts among the parts of the content are not in the text',
  ],
  'a tool call without a type': [
    'a tool call without a type is a call',
    'a tool call without an id gets one',
    'a tool call that is null is none',
    'a call of the older interface is a tool call',
    'whole calls without an index and an id',
  ],
  'arguments that are an object': [
    'arguments that are an object',
    'arguments that are null',
    'JSON within a JSON text',
    'an empty object before the arguments',
    'the arguments twice',
  ],
  'parallel calls of a stream': ['parallel calls that share index 0', 'calls without an index, whose pieces follow'],
  'several choices': ['of two choices only the first is read', 'a turn that is split into a choice'],
  '`stop`,': ['ends with stop is stop', 'ends with STOP is stop', 'the mark of the end is an end'],
  '`length`,': ['ends with model_length is length', 'ends with max_tokens is length'],
  '`content_filter`,': ['ends with content_filter is refused', 'ends with MODEL_ARMOR is refused'],
  '`error`,': ['ends with error is failed', 'ends with abort is failed', 'insufficient_system_resource is failed'],
  'any other reason': ['a_word_of_tomorrow is failed'],
  'no reason, or null': ['whose finish reason is null has not ended', 'whose stop reason is null has not ended'],
  'an error in a choice': ['an error within a choice is the fault', 'an error in a list is a fault'],
}

/** Rows that tests of one vendor, or of all faults, hold. */
const READ_ELSEWHERE = ['`pause_turn` of Anthropic', 'JSON or text of no known form']

test('says of no answer how it is read without a test of the contract', () => {
  const titles = WIRED_VENDORS.flatMap(({ vendor }) => vendor.quirks.map(({ title }) => title))
  for (const [cell = ''] of readTable('models.md', 'How answers are read')) {
    if (READ_ELSEWHERE.includes(cell)) continue
    const [, held = []] = Object.entries(READ_AS).find(([words]) => cell.startsWith(words)) ?? []
    assert.ok(held.length > 0, `no test holds '${cell}'`)
    for (const words of held)
      assert.ok(
        titles.some((title) => title.includes(words)),
        words,
      )
  }
})

test.run()
