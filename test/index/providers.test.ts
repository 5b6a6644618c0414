import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compile, type RunOptions, run } from '../../src/index.ts'
import { startHttpServer } from '../support/http-server.ts'
import { openaiWire } from '../support/wire/openai.ts'
import { startWireServer } from '../support/wire/wire-server.ts'

const textFor = (model: string): string => `workflow: w
steps: [{ id: ask, llm: ${model}, prompt: Hello }]
output: steps.ask.output.text
`

const play = (model: string, options: RunOptions = {}) => {
  const { workflow, diagnostics } = compile(
    textFor(model),
    options.providers === undefined ? {} : { providers: options.providers },
  )
  assert.ok(workflow, JSON.stringify(diagnostics))
  return run(workflow, options)
}

const test = suite('providers of the library')

test('a model is asked at the address and with the key that are given', async () => {
  const server = await startWireServer(openaiWire)
  server.answerWith({ kind: 'answer', answer: { text: ['Hello there.'] } })
  const providers = { openai: { baseUrl: server.baseUrl, apiKey: 'planted-key-1234' } }
  const named = { local: { kind: 'openai' as const, baseUrl: server.baseUrl } }
  assert.is((await play('openai/gpt-4.1-mini', { providers })).output, 'Hello there.')
  assert.is((await play('local/qwen3', { providers: named })).output, 'Hello there.')
  assert.equal(
    server.requests.map(({ headers }) => headers.authorization),
    ['Bearer planted-key-1234', undefined],
  )
  await server.stop()
})

test('without a key the fault says which option is missing', async () => {
  const { error } = await play('openai/gpt-4.1-mini')
  assert.is(error?.code, 'unauthorized')
  assert.match(error?.message ?? '', 'providers.openai.apiKey is not set')
})

test('a key that a server repeats is redacted', async () => {
  const server = await startWireServer(openaiWire)
  server.answerWith({ kind: 'answer', answer: { text: ['Your key is planted-key-1234.'] } })
  const providers = { openai: { baseUrl: server.baseUrl, apiKey: 'planted-key-1234' } }
  const { output } = await play('openai/gpt-4.1-mini', { providers })
  assert.match(String(output), /Your key is \[secret .*\]\./)
  await server.stop()
})

test('a picture that a tool fetched, and one by its URL, go with the prompt', async () => {
  const picture = Buffer.from('89504e470d0a1a0a', 'hex')
  const pictures = await startHttpServer((_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' }).end(picture)
  })
  const server = await startWireServer(openaiWire)
  server.answerWith({ kind: 'answer', answer: { text: ['A picture.'] } })
  const { workflow, diagnostics } = compile(`workflow: w
steps:
  - { id: get, tool: http.get, with: { url: "${pictures.url}/a.png" } }
  - id: ask
    llm: openai/gpt-4.1-mini
    system: You see pictures.
    prompt: What is it?
    images: ["\${steps.get.output.body}", { url: "https://pictures.example/b.png" }]
output: steps.ask.output.text
`)
  assert.ok(workflow, JSON.stringify(diagnostics))
  const providers = { openai: { baseUrl: server.baseUrl, apiKey: 'planted-key-1234' } }
  const result = await run(workflow, { providers, http: { allow: [`127.0.0.1:${pictures.port}`] } })
  assert.is(result.output, 'A picture.', JSON.stringify(result.error))
  const [received] = server.requests
  assert.ok(received)
  assert.equal(openaiWire.readRequest(received).messages.at(-1), {
    role: 'user',
    text: 'What is it?',
    images: [picture.toString('base64'), 'https://pictures.example/b.png'],
  })
  await Promise.all([server.stop(), pictures.stop()])
})

test('a provider of no known kind is the fault invalid_input', () => {
  assert.throws(() => compile(textFor('local/x'), { providers: { local: {} } }), /provider 'local' has no kind/)
  assert.throws(
    () => compile(textFor('local/x'), { providers: { workflow: { kind: 'openai' } } }),
    /name that is taken/,
  )
})

test.run()
