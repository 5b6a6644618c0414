/** Advice in the faults of providers, each from a real call of the real SDK. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ProviderSettings } from '../../../src/actors/llm/provider.ts'
import { loadProvider, PROVIDER_KINDS } from '../../../src/actors/llm/providers.ts'
import { type Fault, isFault } from '../../../src/core/fault.ts'
import { createActorContext } from '../../support/actor-context.ts'
import { sendJson, startHttpServer, type TestServer } from '../../support/http-server.ts'

const test = suite('help from providers')

let server: TestServer
test.before(async () => {
  server = await startHttpServer((_request, response) => sendJson(response, { error: 'model "small" not found' }, 404))
})
test.after(() => server.stop())

const ask = async (name: string, kind: string, settings: ProviderSettings): Promise<Fault> => {
  const actor = await loadProvider(name, { providers: { [name]: { kind, settings } } })
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  const thrown = await actor
    .perform({ model: `${name}/small`, messages, params: { max_tokens: 9 }, call: 0 }, createActorContext())
    .catch((error: unknown) => error)
  if (isFault(thrown)) return thrown
  throw new Error(`expected a fault, got ${thrown}`)
}

const closedPort = async (): Promise<string> => {
  const gone = await startHttpServer(() => {})
  await gone.stop()
  return gone.url
}

test('the advice for an Ollama that is not running is to start it', async () => {
  const url = await closedPort()
  const { code, message } = await ask('ollama', 'ollama', { baseUrl: url })
  assert.is(code, 'unavailable')
  assert.match(message, `Ollama is not running at ${url}\nstart it with 'ollama serve'`)
})

for (const kind of PROVIDER_KINDS)
  test(`the fault of an own server of kind ${kind} that is not running names the server and its address`, async () => {
    const url = await closedPort()
    const { code, message } = await ask('own', kind, { baseUrl: `${url}/v1` })
    assert.is(code, 'unavailable')
    // Azure has its interface below another path.
    assert.match(message, `'own' is not running at ${url}${kind === 'azure' ? '/openai' : '/v1'}\nstart `)
    assert.match(message, "base_url of 'own' in troupe.config.yaml")
  })

for (const kind of PROVIDER_KINDS)
  test(`${kind} refuses a key that no header can carry, and sends nothing`, async () => {
    const { code, message, retryable } = await ask('own', kind, {
      baseUrl: server.url,
      apiKey: 'sk-→secret',
      keyVariable: 'OWN_KEY',
    })
    assert.equal([code, retryable], ['unauthorized', false])
    assert.match(message, "the key in OWN_KEY holds a character that can't be sent")
    assert.not.match(message, 'secret')
  })

test('the advice for a model that Ollama lacks is to pull it', async () => {
  const { code, message } = await ask('ollama', 'ollama', { baseUrl: server.url })
  assert.is(code, 'not_found')
  assert.match(message, 'get it first: ollama pull small')
})

test('the advice for a model that another server lacks is to check its name', async () => {
  const { code, message } = await ask('own', 'openai', { baseUrl: server.url })
  assert.is(code, 'not_found')
  assert.match(message, `check the model's name, and the address ${server.url}/chat/completions`)
})

const MISSING_KEYS: [string, string, RegExp][] = [
  [
    'openai',
    'OPENAI_API_KEY',
    /OPENAI_API_KEY is not set\nset it: export OPENAI_API_KEY=…, or in troupe\.config\.yaml/,
  ],
  ['anthropic', 'ANTHROPIC_API_KEY', /ANTHROPIC_API_KEY is not set\nset it: export ANTHROPIC_API_KEY=…/],
  ['gemini', 'GEMINI_API_KEY', /neither GEMINI_API_KEY nor GOOGLE_API_KEY is set\nset it: export GEMINI_API_KEY=…/],
]
for (const [kind, keyVariable, message] of MISSING_KEYS)
  test(`a call of ${kind} without a key sends nothing, and names ${keyVariable}`, async () => {
    const before = server.requests.length
    const fault = await ask(kind, kind, { baseUrl: server.url, keyVariable })
    assert.is(fault.code, 'unauthorized')
    assert.match(fault.message, message)
    assert.is(server.requests.length, before)
  })

test('the fault of an unreadable key has the reason', async () => {
  const keyProblem = "secret 'OWN_KEY' can't be read from '/run/key'\ncheck the path"
  const { message } = await ask('own', 'openai', { baseUrl: server.url, keyVariable: 'OWN_KEY', keyProblem })
  assert.is(message, `provider 'own' has no key: ${keyProblem}`)
})

test('the fault of a server that requires a key names the place for the key', async () => {
  const closed = await startHttpServer((_request, response) => sendJson(response, { error: 'who are you?' }, 401))
  const [own, openai] = [
    await ask('own', 'openai', { baseUrl: closed.url }),
    await ask('openai', 'openai', { baseUrl: closed.url }),
  ]
  assert.match(own.message, "'own' has none: name a secret as its 'key' in troupe.config.yaml")
  assert.match(openai.message, "'openai' has none: set it: export OPENAI_API_KEY=…")
  await closed.stop()
})

test.run()
