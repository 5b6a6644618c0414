import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { ActorContext } from '../../../../src/core/actor.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { type ReceivedRequest, sendJson, startHttpServer, type TestServer } from '../../../support/http-server.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const sending = suite('http requests')

let server: TestServer
let elsewhere: TestServer

sending.before(async () => {
  elsewhere = await startHttpServer((_, response) => sendJson(response, {}))
  server = await startHttpServer(({ url }, response) => {
    const [, status, to] = /^\/(30\d)\/(.*)$/.exec(url) ?? []
    if (status === undefined) return sendJson(response, { ok: true })
    const location = to === 'elsewhere' ? `${elsewhere.url}/landed?x=1#part` : `/${to}`
    response.writeHead(Number(status), { location }).end('moved')
  })
})
sending.after(async () => {
  await server.stop()
  await elsewhere.stop()
})

const call = async (name: string, input: JsonObject, context: Partial<ActorContext> = {}): Promise<JsonValue> => {
  const tool = await loadTool(name, createToolOptions({ allow: ['127.0.0.1'] }))
  return tool.perform(input, createActorContext(context))
}

const lastOf = ({ requests }: TestServer): ReceivedRequest => {
  const last = requests.at(-1)
  if (last === undefined) throw new Error('nothing was received')
  return last
}

/** The request that arrives when a tool is called. */
const send = async (name: string, input: JsonObject, context: Partial<ActorContext> = {}): Promise<ReceivedRequest> => {
  await call(name, { url: server.url, ...input }, context)
  return lastOf(server)
}

for (const method of ['get', 'post', 'put', 'patch', 'delete'])
  sending(`http.${method} sends ${method.toUpperCase()}`, async () => {
    assert.is((await send(`http.${method}`, {})).method, method.toUpperCase())
  })

sending('http.request sends the method that it is given', async () => {
  assert.is((await send('http.request', { method: 'OPTIONS' })).method, 'OPTIONS')
  assert.is((await send('http.request', { method: 'HEAD' })).method, 'HEAD')
})

sending('a query is added to that of the URL, lists repeat their name', async () => {
  const { url } = await send('http.get', { url: `${server.url}/a?x=1#part`, query: { y: [2, 'ü&'], z: true } })
  assert.is(url, '/a?x=1&y=2&y=%C3%BC%26&z=true')
})

sending('json, form and body are sent each with its own type', async () => {
  const json = await send('http.post', { json: { a: [1, null] } })
  assert.equal([json.headers['content-type'], json.body], ['application/json', '{"a":[1,null]}'])
  const form = await send('http.post', { form: { a: 'x y', b: 2 } })
  assert.equal([form.headers['content-type'], form.body], ['application/x-www-form-urlencoded', 'a=x+y&b=2'])
  const text = await send('http.put', { body: 'ä', headers: { 'Content-Type': 'text/x' } })
  assert.equal([text.headers['content-type'], text.headers['content-length'], text.body], ['text/x', '2', 'ä'])
  assert.is((await send('http.post', { json: null })).body, 'null')
  assert.is((await send('http.post', {})).headers['content-length'], '0')
})

sending('two bodies are a wrong input', async () => {
  const fault = await catchFault(() => send('http.post', { json: 1, body: 'x' }))
  assert.is(fault.code, 'invalid_input')
  assert.is(fault.message, "the input of http.post is wrong: 'json' and 'body' exclude each other: give one of them")
})

const KEY = 'kéy: &/+=1'
const basicOf = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

sending('auth is the header Authorization, a header with a key, or a parameter of the query', async () => {
  const bearer = await send('http.get', { auth: { bearer: 't0ken' } })
  assert.is(bearer.headers.authorization, 'Bearer t0ken')
  const basic = await send('http.post', { auth: { basic: { user: 'Ada', password: KEY } } })
  assert.is(basic.headers.authorization, basicOf(`Ada:${KEY}`))
  const header = await send('http.get', { auth: { api_key: { in: 'header', name: 'X-Key', value: 'k' } } })
  assert.equal([header.headers['x-key'], header.headers.authorization], ['k', undefined])
  const query = await send('http.get', { query: { a: 1 }, auth: { api_key: { in: 'query', name: 'key', value: KEY } } })
  assert.equal(
    [...new URL(query.url, server.url).searchParams],
    [
      ['a', '1'],
      ['key', KEY],
    ],
  )
})

const BEARER = { bearer: 'pl4nted' }

for (const [what, input, problem] of [
  [
    'a header Authorization beside it',
    { headers: { AUTHORIZATION: 'x' } },
    /'auth' and 'headers.authorization' exclude/,
  ],
  ['a line break in it', { auth: { bearer: 'pl4nted\n' } }, /'auth.bearer' can't be sent/],
  ['a colon in the user', { auth: { basic: { user: 'pl4nted:x', password: '' } } }, /'auth.basic.user' .* colon/],
  [
    'a header of the client',
    { auth: { api_key: { in: 'header', name: 'Host', value: 'pl4nted' } } },
    /set by the client/,
  ],
  [
    'a header that is there',
    { headers: { a: '1' }, auth: { api_key: { in: 'header', name: 'A', value: 'pl4nted' } } },
    /'auth.api_key' gives the header 'A' a second time/,
  ],
  [
    'a parameter that is there',
    { query: { a: '1' }, auth: { api_key: { in: 'query', name: 'a', value: 'pl4nted' } } },
    /'auth.api_key' gives the parameter 'a' a second time/,
  ],
] as [string, JsonObject, RegExp][])
  sending(`auth with ${what} is a wrong input, and the message holds no part of it`, async () => {
    const fault = await catchFault(() => send('http.get', { auth: BEARER, ...input }))
    assert.is(fault.code, 'invalid_input')
    assert.match(fault.message, problem)
    assert.not.match(fault.message, 'pl4nted')
  })

const IN_QUERY = { api_key: { in: 'query', name: 'key', value: 'k' } }

sending('auth goes along within an origin, and not to another one', async () => {
  assert.is(
    (await send('http.get', { url: `${server.url}/307/landed`, auth: BEARER })).headers.authorization,
    'Bearer pl4nted',
  )
  assert.is((await send('http.get', { url: `${server.url}/307/landed`, auth: IN_QUERY })).url, '/landed?key=k')
  for (const auth of [BEARER, IN_QUERY]) {
    await call('http.get', { url: `${server.url}/307/elsewhere`, auth })
    const { headers, url } = lastOf(elsewhere)
    assert.equal([headers.authorization, url], [undefined, '/landed?x=1'])
  }
})

sending("the workflow's key is sent, the host's own is not", async () => {
  const own = await send('http.post', {}, { key: 'r-1/send/1' })
  assert.is(own.headers['idempotency-key'], undefined)
  const given = await send('http.post', {}, { key: 'send-5', keyIsExplicit: true })
  assert.is(given.headers['idempotency-key'], 'send-5')
})

sending('a header of the same name wins over the key', async () => {
  const context = { key: 'send-5', keyIsExplicit: true }
  const request = await send('http.post', { headers: { 'Idempotency-Key': 'mine' } }, context)
  assert.is(request.headers['idempotency-key'], 'mine')
})

sending('a key that no header can hold is sent percent-encoded', async () => {
  const request = await send('http.post', {}, { key: 'a\r\nb: ü\ud800', keyIsExplicit: true })
  assert.is(request.headers['idempotency-key'], 'a%0D%0Ab: %C3%BC%EF%BF%BD')
})

const METHODS_AFTER: [status: number, method: string, after: string][] = [
  [301, 'POST', 'GET'],
  [301, 'PUT', 'PUT'],
  [302, 'POST', 'GET'],
  [302, 'DELETE', 'DELETE'],
  [303, 'POST', 'GET'],
  [303, 'PUT', 'GET'],
  [303, 'HEAD', 'HEAD'],
  [307, 'POST', 'POST'],
  [308, 'PATCH', 'PATCH'],
]

for (const [status, method, after] of METHODS_AFTER)
  sending(`${status} turns ${method} into ${after}`, async () => {
    const body = method === 'HEAD' ? {} : { json: { a: 1 } }
    const request = await send('http.request', { method, url: `${server.url}/${status}/landed`, ...body })
    assert.equal([request.url, request.method], ['/landed', after])
    const keepsBody = after === method && method !== 'HEAD'
    assert.is(request.body, keepsBody ? '{"a":1}' : '')
    assert.is(request.headers['content-type'], keepsBody ? 'application/json' : undefined)
  })

const SECRETS = { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Api-Key': 'k', 'Accept-Language': 'de' }

sending('headers go along within an origin', async () => {
  const context = { key: 'k', keyIsExplicit: true }
  const { headers } = await send('http.post', { url: `${server.url}/307/landed`, headers: SECRETS }, context)
  assert.is(headers.authorization, 'Bearer x')
  assert.is(headers['x-api-key'], 'k')
  assert.is(headers['idempotency-key'], 'k')
})

sending('to another origin go no credentials, no key, and no headers of the user', async () => {
  const context = { key: 'k', keyIsExplicit: true }
  await call(
    'http.post',
    { url: `${server.url}/307/elsewhere`, headers: SECRETS, json: 1, redirects: { body: true } },
    context,
  )
  const { headers, body } = lastOf(elsewhere)
  for (const name of ['authorization', 'cookie', 'x-api-key', 'idempotency-key'])
    assert.is(headers[name], undefined, name)
  assert.is(headers['accept-language'], 'de')
  assert.is(body, '1')
})

for (const [status, method] of [
  [301, 'PUT'],
  [302, 'DELETE'],
  [307, 'POST'],
  [308, 'PATCH'],
] as const)
  sending(`a body of ${method} does not follow ${status} to another origin`, async () => {
    const asked = elsewhere.requests.length
    const url = `${server.url}/${status}/elsewhere`
    const fault = await catchFault(() => call('http.request', { method, url, body: 'a secret' }))
    assert.equal([fault.code, fault.retryable, elsewhere.requests.length], ['address_blocked', false, asked])
    assert.is(
      fault.message,
      `${method} ${server.url}/${status}/elsewhere redirects to another origin, ${elsewhere.url}/landed?x=…, which would get the body too\nsend the request there, or allow it with redirects: { body: true }`,
    )
  })

sending('a request without a body follows a redirect to another origin', async () => {
  await call('http.post', { url: `${server.url}/308/elsewhere` })
  assert.equal([lastOf(elsewhere).method, lastOf(elsewhere).body], ['POST', ''])
})

sending('the output has the URL that answered', async () => {
  const output = await call('http.get', { url: `${server.url}/302/elsewhere` })
  assert.is((output as JsonObject).url, `${elsewhere.url}/landed?x=1`)
})

sending('five redirects are followed, a sixth is a fault', async () => {
  const five = `${server.url}/302/302/302/302/302/end`
  assert.is(((await call('http.get', { url: five })) as JsonObject).url, `${server.url}/end`)
  const fault = await catchFault(() => call('http.get', { url: `${server.url}/302/302/302/302/302/302/end` }))
  assert.is(fault.code, 'tool_failed')
  assert.match(fault.message, 'redirects more than 5 times')
})

sending('a redirect that is not followed is the answer', async () => {
  const output = (await call('http.get', { url: `${server.url}/302/end`, follow_redirects: false })) as JsonObject
  assert.equal([output.status, output.body, (output.headers as JsonObject).location], [302, 'moved', '/end'])
})

sending.run()
