import { randomBytes } from 'node:crypto'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { JsonObject } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { type Respond, startHttpServer, type TestServer } from '../../../support/http-server.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const answers = suite('http answers')

let server: TestServer
/** The server's replies to the next requests. */
let respond: Respond = (_, response) => void response.end()

answers.before(async () => {
  server = await startHttpServer((...call) => respond(...call))
})
answers.after(() => server.stop())

const answer = (status: number, headers: Record<string, string>, body: string | Buffer = ''): void => {
  respond = (_, response) => void response.writeHead(status, headers).end(body)
}

const get = async (input: JsonObject = {}, context = createActorContext()): Promise<JsonObject> => {
  const tool = await loadTool('http.get', createToolOptions({ allow: ['127.0.0.1'] }))
  return (await tool.perform({ url: `${server.url}/path/file.bin?token=abc`, ...input }, context)) as JsonObject
}

const BODIES: [type: string, body: string | Buffer, value: unknown][] = [
  ['application/json', '{"a":1}', { a: 1 }],
  ['application/json; charset=utf-8', '[1]', [1]],
  ['application/problem+json', 'null', null],
  ['application/json', '', null],
  ['text/plain', '{"a":1}', '{"a":1}'],
  ['text/html; charset=iso-8859-1', Buffer.from('ä', 'latin1'), 'ä'],
  ['text/plain; charset=klingon', 'ä', 'ä'],
  ['application/xml', '<a/>', '<a/>'],
  ['image/png', '', ''],
]

for (const [type, body, value] of BODIES)
  answers(`${type} ${JSON.stringify(body.toString())} is the body ${JSON.stringify(value)}`, async () => {
    answer(200, { 'content-type': type }, body)
    assert.equal((await get()).body, value)
  })

answers(
  'an id of nineteen digits in a body is the fault unsafe_number with its place, and text with numbers: text',
  async () => {
    answer(200, { 'content-type': 'application/json' }, '{"order":{"id":7615917337495251231,"total":19.99}}')
    const fault = await catchFault(() => get())
    assert.equal([fault.code, fault.details?.path], ['unsafe_number', '/order/id'])
    assert.match(fault.message, /would lose digits.*\nread it with numbers: text/s)
    assert.equal((await get({ numbers: 'text' })).body, { order: { id: '7615917337495251231', total: 19.99 } })
  },
)

answers('an answer without a type is text', async () => {
  answer(200, {}, 'plain')
  assert.is((await get()).body, 'plain')
})

answers('bytes become a blob', async () => {
  answer(200, { 'content-type': 'image/png' }, Buffer.from([1, 2, 255]))
  const context = createActorContext()
  const { body } = await get({}, context)
  assert.equal(
    { ...(body as JsonObject), $blob: '' },
    { $blob: '', media_type: 'image/png', size: 3, name: 'file.bin' },
  )
  assert.equal([...(context.blobs[0]?.bytes ?? [])], [1, 2, 255])
})

answers('what is expected counts more than what the type says', async () => {
  answer(200, { 'content-type': 'text/plain' }, '{"a":1}')
  assert.equal((await get({ expect: 'json' })).body, { a: 1 })
  answer(200, { 'content-type': 'application/json' }, '{"a":1}')
  assert.is((await get({ expect: 'text' })).body, '{"a":1}')
  assert.is(((await get({ expect: 'blob' })).body as JsonObject).size, 7)
})

for (const text of ['{"a":', 'nope', '['.repeat(500) + ']'.repeat(500)])
  answers(`JSON that can't be used is invalid_output: ${text.slice(0, 10)}`, async () => {
    answer(200, { 'content-type': 'application/json' }, text)
    assert.is((await catchFault(get)).code, 'invalid_output')
  })

answers('headers are strings by lower-case name', async () => {
  respond = (_, response) =>
    void response
      .writeHead(
        200,
        [
          ['X-One', '1'],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ].flat(),
      )
      .end()
  const headers = (await get()).headers as JsonObject
  assert.equal([headers['x-one'], headers['set-cookie']], ['1', 'a=1, b=2'])
})

const TEXT = 'some text, '.repeat(100)
const ENCODINGS: Record<string, (text: string) => Buffer> = {
  gzip: (text) => gzipSync(text),
  'x-gzip': (text) => gzipSync(text),
  br: (text) => brotliCompressSync(text),
  deflate: (text) => deflateSync(text),
  'deflate without its header': (text) => deflateRawSync(text),
  identity: (text) => Buffer.from(text),
}

for (const [name, encode] of Object.entries(ENCODINGS))
  answers(`${name} is decoded`, async () => {
    answer(200, { 'content-encoding': name.split(' ')[0] ?? '' }, encode(TEXT))
    assert.is((await get()).body, TEXT)
    answer(204, { 'content-encoding': name.split(' ')[0] ?? '' })
    assert.is((await get()).body, '')
  })

answers('an encoding that is unknown or broken is tool_failed', async () => {
  answer(200, { 'content-encoding': 'zip' }, 'x')
  assert.is((await catchFault(get)).code, 'tool_failed')
  for (const encoding of ['gzip', 'br', 'deflate']) {
    answer(200, { 'content-encoding': encoding }, '\x08nonsense nonsense')
    assert.is((await catchFault(get)).code, 'tool_failed', encoding)
  }
})

answers('a body over max_bytes is too_large, announced or not', async () => {
  answer(200, {}, 'x'.repeat(1001))
  assert.is((await get({ max_bytes: 1001 })).body, 'x'.repeat(1001))
  assert.is((await catchFault(() => get({ max_bytes: 1000 }))).code, 'too_large')
  respond = (_, response) => {
    for (let piece = 0; piece < 11; piece++) response.write('x'.repeat(100))
    response.end()
  }
  assert.is((await catchFault(() => get({ max_bytes: 1000 }))).code, 'too_large')
})

const ZEROS = Buffer.alloc(20_000_000)
const BOMBS: Record<string, () => Buffer> = {
  // A gzip file may have many members: 2 GB in 2 MB, made quickly.
  gzip: () => Buffer.concat(new Array<Buffer>(100).fill(gzipSync(ZEROS))),
  deflate: () => deflateSync(ZEROS),
  br: () => brotliCompressSync(ZEROS, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
}

for (const [name, build] of Object.entries(BOMBS))
  answers(`a bomb of ${name} is stopped at the limit`, async () => {
    answer(200, { 'content-encoding': name }, build())
    const before = process.memoryUsage().rss
    const fault = await catchFault(get)
    assert.is(fault.code, 'too_large')
    assert.match(fault.message, '10.0 MB')
    assert.ok(process.memoryUsage().rss - before < 150_000_000)
  })

answers('headers over 32 KB are too_large', async () => {
  answer(200, { 'x-long': 'x'.repeat(40_000) })
  assert.is((await catchFault(get)).code, 'too_large')
})

const STATUSES: [status: number, code: string, retryable: boolean][] = [
  [400, 'invalid_input', false],
  [401, 'unauthorized', false],
  [403, 'unauthorized', false],
  [404, 'not_found', false],
  [407, 'unauthorized', false],
  [408, 'timeout', true],
  [409, 'conflict', false],
  [410, 'not_found', false],
  [412, 'conflict', false],
  [413, 'too_large', false],
  [422, 'invalid_input', false],
  [429, 'rate_limited', true],
  [500, 'unavailable', true],
  [501, 'unavailable', false],
  [502, 'unavailable', true],
  [503, 'unavailable', true],
  [504, 'timeout', true],
  [599, 'unavailable', true],
]

for (const [status, code, retryable] of STATUSES)
  answers(`${status} is ${code}, ${retryable ? 'worth a retry' : 'final'}`, async () => {
    answer(status, { 'content-type': 'text/plain' }, `reason: ${'x'.repeat(1000)}`)
    const fault = await catchFault(get)
    assert.equal([fault.code, fault.retryable], [code, retryable])
    assert.match(fault.message, `GET ${server.url}/path/file.bin?token=… answered ${status}: `)
    assert.is(fault.details?.status, status)
    assert.is(fault.details?.url, `${server.url}/path/file.bin?token=…`)
    assert.is(String(fault.details?.body).length, 500)
  })

answers('the text of a refusal is decoded by its charset, and bytes are no text', async () => {
  answer(422, { 'content-type': 'text/plain; charset=latin1' }, Buffer.from([0xfc, 0x62, 0x6c]))
  assert.is((await catchFault(get)).details?.body, 'übl')
  answer(422, { 'content-type': 'application/problem+json' }, '{"title":"no"}')
  assert.is((await catchFault(get)).details?.body, '{"title":"no"}')
  answer(422, { 'content-type': 'image/png' }, Buffer.from([0x89, 0x50]))
  assert.is((await catchFault(get)).details?.body, undefined)
})

for (const status of [404, 500])
  answers(`${status} is an answer when accept_status has it`, async () => {
    answer(status, {}, 'gone')
    const output = await get({ accept_status: [status] })
    assert.equal([output.status, output.body], [status, 'gone'])
  })

answers('a fault never waits for the whole of a long body', async () => {
  respond = (_, response) => void response.writeHead(500).write(randomBytes(40_000).toString('hex'))
  assert.is((await catchFault(get)).code, 'unavailable')
})

answers('Retry-After is told in milliseconds', async () => {
  answer(429, { 'retry-after': '7' })
  assert.is((await catchFault(get)).details?.retry_after_ms, 7000)
  answer(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })
  const wait = Number((await catchFault(get)).details?.retry_after_ms)
  assert.ok(wait > 58_000 && wait <= 60_000, String(wait))
  for (const text of ['soon', '-5', '1e3', '']) {
    answer(429, { 'retry-after': text })
    assert.is((await catchFault(get)).details?.retry_after_ms, undefined, text)
  }
})

answers.run()
