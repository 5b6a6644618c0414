/**
 * Examples as they stand, with nothing to reach but Ollama: a process that connects to any other port than its server's, or looks any
 * name up, fails. No key is set, and the server speaks Ollama's own format.
 */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonObject } from '../../src/core/json.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { createCliProject } from '../support/cli-project.ts'
import { ollamaWire } from '../support/wire/ollama.ts'
import { NO_VENDOR_VARIABLES } from '../support/wire/vendors.ts'
import type { WireReply, WireRequest } from '../support/wire/wire.ts'
import { startWireServer } from '../support/wire/wire-server.ts'

const GUARD = `import dns from 'node:dns'
import net from 'node:net'
const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...given) {
  const { port, path } = Array.isArray(given[0]) ? given[0][0] : typeof given[0] === 'object' ? given[0] : { port: given[0] }
  if (path !== undefined || Number(port) !== Number(process.env.ONLY_PORT)) {
    process.stderr.write('FORBIDDEN: a connection to ' + JSON.stringify({ port, path }) + '\\n')
    process.exit(99)
  }
  return connect.apply(this, given)
}
for (const owner of [dns, dns.promises])
  for (const name of Object.keys(owner).filter((one) => /^(lookup|resolve)/.test(one))) {
    const own = owner[name]
    owner[name] = (host, ...rest) => {
      if (host === '127.0.0.1') return own(host, ...rest)
      process.stderr.write('FORBIDDEN: a look-up of ' + host + '\\n')
      process.exit(99)
    }
  }
`

const project = createCliProject({ 'guard.mjs': GUARD })
for (const name of ['troupe.config.yaml', 'examples'])
  cpSync(join(REPOSITORY_FOLDER, name), project.resolve(name), { recursive: true })

const server = await startWireServer(ollamaWire)

const troupe = (...args: string[]) =>
  project.troupe(args, {
    env: {
      ...NO_VENDOR_VARIABLES,
      NODE_OPTIONS: '--import ./guard.mjs',
      ONLY_PORT: new URL(server.baseUrl).port,
      OLLAMA_HOST: server.baseUrl.replace('http://', ''),
    },
  })

const say = (text: string): WireReply => ({ kind: 'answer', answer: { text: text.match(/\S+\s*/g) ?? [] } })

/** A model that looks up what it is asked, one tool after the other. */
const lookUp = ({ messages, tools }: WireRequest): WireReply => {
  const asks = (words: string): boolean => messages.some(({ text }) => text.includes(words))
  if (asks('What is this question about?')) return say('{"about":"sales"}')
  if (asks('Answer in one friendly sentence')) return say('The East sold four lamps, and the South ten. 🪔')
  const results = messages.filter(({ role }) => role === 'tool').map(({ text }) => JSON.parse(text) as JsonObject)
  const call = (ending: string, given: JsonObject): WireReply => {
    const name = tools.find((tool) => tool.name.endsWith(ending))?.name ?? ''
    return { kind: 'answer', answer: { toolCalls: [{ name, arguments: JSON.stringify(given) }] } }
  }
  if (results.length === 0) return call('read', { path: 'sales.csv' })
  if (results.length === 1) return call('parse', { text: results[0]?.content ?? '', types: true })
  if (results.length === 2)
    return call('query', { data: results[1]?.rows ?? [], query: "$sum($[product='Lamp'].quantity)" })
  return say(`{"answer":"${JSON.stringify(results[2]?.value)} lamps in all","rows":3}`)
}

const test = suite('nothing but Ollama')
test.after(async () => {
  await server.stop()
  project.remove()
})

test('an example with text, structured output and tools runs from end to end', async () => {
  server.answerWith(lookUp)
  const file = 'examples/09-ask-the-data.yaml'
  const { stdout, stderr, exitCode } = await troupe('run', file, '--model', 'default=ollama/llama3.2', '--json')
  assert.is(exitCode, 0, stdout + stderr)
  const { output, usage } = JSON.parse(stdout)
  assert.equal(output, {
    about: 'sales',
    found: { answer: '17 lamps in all', rows: 3 },
    text: 'The East sold four lamps, and the South ten. 🪔',
  })
  assert.equal(usage, { input_tokens: 66, output_tokens: 42, cost_usd: 0 })
  assert.equal(
    server.requests.map(({ url, headers }) => [url, headers.authorization]),
    Array.from({ length: 6 }, () => ['/api/chat', undefined]),
  )
  const trace = (await troupe('trace', 'last')).stdout
  for (const step of ['sort', 'look_up/turn_1', 'look_up/turn_1_call_1', 'look_up/turn_4', 'write'])
    assert.match(trace, step)
  const report = (await troupe('cost-report', '--json')).stdout
  assert.equal(JSON.parse(report).rows.length, 1)
  assert.equal(JSON.parse(report).total_cost_usd, 0)
})

for (const name of ['01-hello', '02-branching', '04-foreach', '08-child-workflow'])
  test(`${name} runs with the one line changed`, async () => {
    server.answerWith(({ messages }) => say(`You said: ${messages.at(-1)?.text ?? ''}`))
    const before = server.requests.length
    const model = name === '08-child-workflow' ? [] : ['--model', 'default=ollama/llama3.2']
    const { stdout, stderr, exitCode } = await troupe('run', `examples/${name}.yaml`, ...model, '--json')
    assert.is(exitCode, 0, stdout + stderr)
    if (model.length > 0) {
      assert.ok(server.requests.length > before)
      assert.match(stdout, 'You said: ')
    }
  })

test('a prompt that the window of the model cut is told while the run goes on, and in its trace', async () => {
  const steps = ['a', 'b'].map(
    (id) => `{ id: ${id}, llm: default, prompt: "\${input.text}", params: { num_ctx: 2048 } }`,
  )
  project.write(
    'cut.yaml',
    `workflow: cut\ninput: { text: string }\nmodels: { default: ollama/llama3.2 }\nsteps: [${steps}]\noutput: steps.b.output\n`,
  )
  server.answerWith(() => ({ kind: 'answer', answer: { text: ['Yes'], usage: { input: 2_048, output: 1 } } }))
  const text = 'word '.repeat(3_000)
  const { stderr, exitCode } = await troupe('run', 'cut.yaml', '--input', `text=${text}`)
  const cut = 'prompt cut to 2,048 of at least 3,000 tokens by'
  assert.is(exitCode, 0, stderr)
  assert.match(stderr, `a: ${cut} the window of the model; set a larger one: params: { num_ctx: 8192 }`)
  const { stdout } = await troupe('trace', 'last')
  assert.is(stdout.split(cut).length, 3, stdout)
})

test('the guard stops a connection to anywhere else', async () => {
  const { stderr, exitCode } = await project.troupe(['run', 'examples/01-hello.yaml', '--model', 'default=ollama/x'], {
    env: { ...NO_VENDOR_VARIABLES, NODE_OPTIONS: '--import ./guard.mjs', ONLY_PORT: '1', OLLAMA_HOST: server.baseUrl },
  })
  assert.is(exitCode, 99)
  assert.match(stderr, 'FORBIDDEN')
})

test.run()
