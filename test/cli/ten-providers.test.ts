/** One workflow, ten kinds of providers: only the line of `models` changes. Against servers on this machine that speak each vendor's wire format. As it is bundled: the SDKs are in the bundle. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startBuiltCli } from '../support/child-process.ts'
import { createCliProject } from '../support/cli-project.ts'
import { openaiWire } from '../support/wire/openai.ts'
import { NO_VENDOR_VARIABLES, WIRED_VENDORS } from '../support/wire/vendors.ts'
import type { WireReply, WireRequest } from '../support/wire/wire.ts'
import { startWireServer, type WireServer } from '../support/wire/wire-server.ts'

const KEY = 'planted-key-55aa9921cc'

const workflowFor = (model: string): string => `workflow: ticket
models:
  default: ${model}
steps:
  - id: greet
    llm: default
    prompt: Say hello.
    stream: true
    params: { max_tokens: 100 }
  - id: judge
    llm: default
    prompt: Bug or question?
    returns: { label: { enum: [bug, question] } }
  - id: research
    llm: default
    tools: [json.query]
    prompt: Ask for a and b, then for both.
    returns: { sum: integer }
output: { text: steps.greet.output.text, label: steps.judge.output.label, sum: steps.research.output.sum }
`

/** A model that answers each of the three steps. */
const answer = ({ messages, tools }: WireRequest): WireReply => {
  const said = (text: string): WireReply => ({
    kind: 'answer',
    answer: { text: [text], usage: { input: 1000, cached: 0, output: 10 } },
  })
  if (messages.some(({ text }) => text.includes('Say hello'))) return said('Grüezi 🌍')
  if (messages.some(({ text }) => text.includes('Bug or question'))) return said('{"label":"bug"}')
  const results = messages.filter(({ role }) => role === 'tool')
  if (results.length === 3) return said('{"sum":3}')
  const name = tools[0]?.name ?? ''
  const toolCalls = (results.length === 0 ? ['a', 'b'] : ['a + b']).map((query) => ({
    name,
    arguments: JSON.stringify({ data: { a: 1, b: 2 }, query }),
  }))
  const thoughts = `I need ${results.length === 0 ? 'a and b' : 'their sum'}.`
  return { kind: 'answer', answer: { thoughts, toolCalls, usage: { input: 1000, cached: 0, output: 10 } } }
}

const test = suite('ten providers')
const project = createCliProject()
const servers: WireServer[] = []
test.after(async () => {
  for (const server of servers) await server.stop()
  project.remove()
})

for (const { vendor, model, variables } of WIRED_VENDORS)
  test(`${model} gives text, structured output, a tool loop of three turns with parallel calls and reasoning, usage and cost`, async () => {
    const server = await startWireServer(vendor)
    servers.push(server)
    server.answerWith(answer)
    project.write(`${vendor.name}.yaml`, workflowFor(model))
    const { stdout, stderr, exitCode } = await startBuiltCli(['run', `${vendor.name}.yaml`, '--json'], {
      cwd: project.path,
      env: { ...NO_VENDOR_VARIABLES, TROUPE_DB: undefined, ...variables(server.baseUrl, KEY) },
    }).done
    assert.is(exitCode, 0, stdout + stderr)
    const { output, usage } = JSON.parse(stdout)
    assert.equal(output, { text: 'Grüezi 🌍', label: 'bug', sum: 3 })
    assert.equal([usage.input_tokens, usage.output_tokens], [5000, 50])
    assert.ok(vendor.name === 'ollama' ? usage.cost_usd === 0 : usage.cost_usd > 0, JSON.stringify(usage))
    assert.is(server.requests.length, 5)
    const results = vendor.readRequest(server.requests[4] as never).messages.filter(({ role }) => role === 'tool')
    assert.equal(
      results.map(({ text }) => /[123]/.exec(text)?.[0]),
      ['1', '2', '3'],
    )
    const [last] = server.requests.slice(4)
    // Gemini wants the signatures back, and no thoughts.
    const kept = vendor.name === 'gemini' ? ['CpwBAVSoXO5x'] : ['I need a and b.', 'I need their sum.']
    for (const one of kept) assert.ok(last?.body.includes(one), `${one} in ${last?.body}`)
    assert.not((stdout + stderr).includes('I need'))
    assert.not((stdout + stderr).includes(KEY))
  })

test('any server that speaks like OpenAI is a provider of the config, under a name of its own', async () => {
  const server = await startWireServer(openaiWire)
  servers.push(server)
  server.answerWith(answer)
  project.write(
    'here/troupe.config.yaml',
    `providers: { local: { kind: openai, base_url: "${server.baseUrl}", key: LOCAL_KEY } }\n`,
  )
  project.write('here/ticket.yaml', workflowFor('local/qwen3'))
  const { stdout, stderr, exitCode } = await project.troupe(['run', 'here/ticket.yaml', '--json'], {
    env: { ...NO_VENDOR_VARIABLES, LOCAL_KEY: KEY },
  })
  assert.is(exitCode, 0, stdout + stderr)
  const { output, usage } = JSON.parse(stdout)
  assert.equal([output.sum, usage.cost_usd], [3, null])
  assert.is(server.requests[0]?.headers.authorization, `Bearer ${KEY}`)
})

test('a kind of provider that does not exist is an error of the config', async () => {
  project.write('there/troupe.config.yaml', 'providers: { local: { kind: opnai } }\n')
  project.write('there/ticket.yaml', workflowFor('local/qwen3'))
  const { stderr, exitCode } = await project.troupe(['validate', 'there/ticket.yaml'])
  assert.is(exitCode, 2)
  assert.match(stderr, "did you mean 'openai'?")
})

test.run()
