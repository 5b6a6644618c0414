import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProviderSettings } from '../../../src/actors/llm/provider.ts'
import { PROVIDER_KINDS } from '../../../src/actors/llm/providers.ts'
import { probeServer, type ServerState } from '../../../src/actors/llm/server-probe.ts'
import { type Respond, sendJson, startHttpServer, type TestServer } from '../../support/http-server.ts'

const test = suite('server probe')

const servers: TestServer[] = []
test.after(async () => {
  for (const server of servers) await server.stop()
})

const serve = async (respond: Respond): Promise<TestServer> => {
  const server = await startHttpServer(respond)
  servers.push(server)
  return server
}

const serveJson = (body: unknown, status = 200): Promise<TestServer> =>
  serve((_request, response) => sendJson(response, body, status))

const probe = (kind: string, settings: ProviderSettings, timeoutMs?: number): Promise<ServerState> =>
  probeServer(
    kind === 'ollama' ? kind : 'own',
    { kind, settings },
    { onAsk: () => {}, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  )

const faultOf = (state: ServerState): [string, string] => {
  if (state.kind === 'failed') return [state.fault.code, state.fault.message]
  throw new Error(`expected a fault, got ${JSON.stringify(state)}`)
}

/** Path and form of each kind's list of models, and the header of its key. */
const LISTS: [string, string, unknown, string][] = [
  ['openai', '/models', { object: 'list', data: [{ id: 'small' }, { id: 'large' }] }, 'authorization'],
  ['anthropic', '/v1/models', { data: [{ type: 'model', id: 'small' }, { id: 'large' }] }, 'x-api-key'],
  ['gemini', '/v1beta/models', { models: [{ name: 'models/small' }, { name: 'models/large' }] }, 'x-goog-api-key'],
  ['ollama', '/api/tags', { models: [{ name: 'small', size: 1 }, { name: 'large' }] }, 'authorization'],
]
for (const [kind, path, body, header] of LISTS)
  test(`${kind} is asked for its models at ${path}, with its key and nothing else`, async () => {
    const { url, requests } = await serveJson(body)
    assert.equal(await probe(kind, { baseUrl: url, apiKey: 'a-key\n' }), {
      kind: 'answers',
      url,
      models: ['small', 'large'],
    })
    assert.equal([requests.length, requests[0]?.method, requests[0]?.url], [1, 'GET', path])
    assert.match(String(requests[0]?.headers[header]), /a-key$/)
  })

test('a server without models answers', async () => {
  for (const body of [{ models: [] }, { models: null }]) {
    const state = await probe('ollama', { baseUrl: (await serveJson(body)).url })
    assert.equal(state.kind === 'answers' && state.models, [])
  }
})

test('a vendor is not asked, and no other server on the public internet is', async () => {
  // Azure has no address before a resource is named.
  const addresses: Record<string, ProviderSettings> = { azure: { baseUrl: 'https://mine.openai.azure.com' } }
  for (const kind of PROVIDER_KINDS.filter((one) => one !== 'ollama'))
    assert.is((await probe(kind, { apiKey: 'a-key', ...addresses[kind] })).kind, 'public', kind)
  for (const baseUrl of ['https://api.openai.com/v1', 'http://93.184.216.34/v1', 'http://[2606:4700::1111]/v1'])
    assert.equal(await probe('openai', { baseUrl }), { kind: 'public', url: baseUrl })
  assert.is((await probe('ollama', { baseUrl: '93.184.216.34' })).kind, 'public')
})

test('a name of this machine is looked up and asked', async () => {
  const { port } = await serveJson({ data: [] })
  assert.is((await probe('openai', { baseUrl: `http://localhost:${port}/v1` })).kind, 'answers')
})

test('a missing server is reported as a run reports it', async () => {
  const gone = await startHttpServer(() => {})
  await gone.stop()
  const [code, message] = faultOf(await probe('ollama', { baseUrl: gone.url }))
  assert.is(code, 'unavailable')
  assert.match(message, `Ollama is not running at ${gone.url}\nstart it with 'ollama serve'`)
})

test('a silent server is given up', async () => {
  const { url } = await serve(() => {})
  const [code, message] = faultOf(await probe('ollama', { baseUrl: url }, 50))
  assert.is(code, 'unavailable')
  assert.match(message, `'ollama' at ${url} did not answer within 0.05 s`)
})

test('a body that does not end is given up', async () => {
  const { url } = await serve((_request, response) => void response.writeHead(200).write('{"data":['))
  assert.match(faultOf(await probe('openai', { baseUrl: `${url}/v1` }, 50))[1], 'did not answer within')
})

test('a rejected key is reported, and not shown', async () => {
  const { url } = await serveJson({ error: { message: 'who is planted-key-1?' } }, 401)
  const [code, message] = faultOf(
    await probe('openai', { baseUrl: url, apiKey: 'planted-key-1', keyVariable: 'OWN_KEY' }),
  )
  assert.is(code, 'unauthorized')
  assert.match(message, "'own' answered 401: who is [key]?\nthe key in OWN_KEY was not accepted")
  assert.not.match(message, 'planted')
})

test('a server need not list its models, but an address without a path gets a hint', async () => {
  const { url } = await serveJson({ error: 'no such path' }, 404)
  const state = await probe('openai', { baseUrl: `${url}/v1` })
  assert.equal(state, { kind: 'answers', url: `${url}/v1`, models: undefined })
  assert.match(faultOf(await probe('openai', { baseUrl: url }))[1], 'most addresses of this kind end in /v1')
})

test('another program at the address is recognised, and a redirect is not followed', async () => {
  const web = await serve((_request, response) => void response.writeHead(200).end('<h1>Welcome</h1>'))
  const elsewhere = await serveJson({ models: [] })
  const moved = await serve((_request, response) => void response.writeHead(302, { location: elsewhere.url }).end())
  assert.match(faultOf(await probe('ollama', { baseUrl: web.url }))[1], 'is not Ollama')
  assert.match(faultOf(await probe('openai', { baseUrl: `${web.url}/v1` }))[1], 'sends no list of models')
  assert.match(faultOf(await probe('ollama', { baseUrl: moved.url }))[1], 'is not Ollama')
  assert.is(elsewhere.requests.length, 0)
})

test('a wrong address is a fault, and is not repeated', async () => {
  for (const [kind, baseUrl] of [
    ['ollama', 'ftp://planted.example'],
    ['openai', 'https://user:planted@a.example'],
  ] as const) {
    const [code, message] = faultOf(await probe(kind, { baseUrl }))
    assert.is(code, 'invalid_input')
    assert.not.match(message, 'planted')
  }
})

test.run()
