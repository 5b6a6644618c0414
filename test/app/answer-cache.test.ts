/** Runs of one process, one after the other on one store: what is asked of the model, what is kept, what it costs. */
import { readdirSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLocal } from '../../src/app/local.ts'
import type { Providers } from '../../src/app/project/provider-access.ts'
import { NO_LINKS } from '../../src/compiler/links.ts'
import { createSource } from '../../src/compiler/source.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { defineActor } from '../../src/index.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import type { RunEnd, Store } from '../../src/store/store.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { createToolOptions } from '../support/tool-options.ts'
import { openaiWire } from '../support/wire/openai.ts'
import type { WireReply, WireRequest } from '../support/wire/wire.ts'
import { startWireServer } from '../support/wire/wire-server.ts'

const HOUR = 3_600_000
const KEY = 'planted-key-77bb3311dd'

const server = await startWireServer(openaiWire)
const folder = createTempFolder()

const asked = (): number => server.requests.length

const openWorld = async (options: Partial<Parameters<typeof createLocal>[0]> = {}) => {
  const clock = createManualClock()
  const store: Store = createMemoryStore({ now: () => clock.now() })
  const providers: Providers = {
    openai: { kind: 'openai', settings: { baseUrl: server.baseUrl, apiKey: KEY } },
  }
  const local = createLocal({ store, clock, providers, tools: createToolOptions(), ...options })
  const play = async (text: string, input: JsonObject = {}): Promise<RunEnd> => {
    const { compiled, diagnostics } = local.compile(createSource('w.yaml', text))
    assert.ok(compiled, JSON.stringify(diagnostics))
    const exit = await (await local.start(compiled, { input })).exited
    assert.ok(exit.kind === 'ended')
    return exit.end
  }
  return { clock, store, local, play }
}

const workflowOf = (step: string, more = ''): string => `workflow: w
${more}
steps:
  - id: ask
    llm: openai/gpt-4.1-mini
${step.replace(/^/gm, '    ')}
output: steps.ask.output
`

const PLAIN = workflowOf('prompt: Hello\ncache: 1h')

const say = (text: string) => (): WireReply => ({ kind: 'answer', answer: { text: [text] } })

const test = suite('answers from the cache')
test.before.each(() => {
  server.requests.length = 0
  server.answerWith(say('Grüezi'))
})
test.after(async () => {
  await server.stop()
  folder.remove()
})

test('a second run asks nothing and costs nothing, and when the time is over it asks', async () => {
  const { play, clock } = await openWorld()
  const first = await play(PLAIN)
  assert.equal(first.output, { text: 'Grüezi' })
  assert.ok((first.usage.cost_usd ?? 0) > 0 && first.usage.cache_hits === undefined, JSON.stringify(first.usage))
  const second = await play(PLAIN)
  assert.equal(second.output, { text: 'Grüezi' })
  assert.equal(second.usage, { input_tokens: 0, output_tokens: 0, cost_usd: 0, cache_hits: 1 })
  assert.is(asked(), 1)
  await clock.advance(HOUR - 1)
  await play(PLAIN)
  assert.is(asked(), 1)
  await clock.advance(1)
  server.answerWith(say('Hoi'))
  assert.equal((await play(PLAIN)).output, { text: 'Hoi' })
  assert.is(asked(), 2)
})

for (const [what, text] of [
  ['another prompt', workflowOf('prompt: Goodbye\ncache: 1h')],
  ['another parameter', workflowOf('prompt: Hello\ncache: 1h\nparams: { temperature: 0.1 }')],
  ['another system prompt', workflowOf('system: Be kind.\nprompt: Hello\ncache: 1h')],
  ['another model', PLAIN.replace('gpt-4.1-mini', 'gpt-4.1-nano')],
  ['no `cache`', workflowOf('prompt: Hello')],
  ['`cache: 0s`', workflowOf('prompt: Hello\ncache: 0s')],
])
  test(`${what} asks`, async () => {
    const { play } = await openWorld()
    await play(PLAIN)
    await play(text ?? '')
    assert.is(asked(), 2)
  })

test('equal requests of one run are answered once', async () => {
  const { play } = await openWorld()
  const { usage, output } = await play(`workflow: w
steps:
  - id: each
    foreach: "['a', 'b', 'a', 'a']"
    as: name
    concurrency: 1
    yields: steps.ask.output.text
    do: [{ id: ask, llm: openai/gpt-4.1-mini, prompt: "Hello \${name}", cache: 1h }]
output: steps.each.output`)
  assert.equal([(output as JsonValue[]).length, usage.cache_hits, asked()], [4, 2, 2])
})

test('a repaired answer is kept as it came out', async () => {
  const { play } = await openWorld()
  const text = workflowOf('prompt: Bug?\nreturns: { label: { enum: [bug, question] } }\ncache: 1h')
  server.answerWith(say('{"label":"idea"}'), say('{"label":"bug"}'))
  await play(text)
  assert.equal((await play(text)).output, { label: 'bug' })
  assert.is(asked(), 2)
})

test('of a step with tools each turn is kept, and the tools are called all the same', async () => {
  const { play, local } = await openWorld()
  server.answerWith(({ messages, tools }: WireRequest): WireReply => {
    if (messages.some(({ role }) => role === 'tool')) return say('{"sum":3}')()
    const given = { name: tools[0]?.name ?? '', arguments: '{"data":{"a":3},"query":"a"}' }
    return { kind: 'answer', answer: { toolCalls: [given] } }
  })
  const text = workflowOf('prompt: Add up.\ntools: [json.query]\nreturns: { sum: integer }\ncache: 1h')
  await play(text)
  const second = await play(text)
  assert.equal([second.output, second.usage.cache_hits, asked()], [{ sum: 3 }, 2, 2])
  const [run] = await local.store.listRuns()
  const rows = await local.store.readJournal(run?.id ?? '')
  assert.ok(rows.some(({ path }) => path.endsWith('turn_1_call_1')))
})

test('what the budget affords does not hide an answer', async () => {
  const { play } = await openWorld()
  const text = `workflow: w
limits: { tokens: 8000 }
steps:
  - { id: one, llm: openai/gpt-4.1-mini, prompt: One, cache: 1h }
  - { id: two, llm: openai/gpt-4.1-mini, prompt: Two, cache: 1h }`
  const [first, second] = [await play(text), await play(text)]
  assert.equal([first.status, second.status, second.usage.cache_hits, asked()], ['completed', 'completed', 2, 2])
  const [one, two] = server.requests.map((request) => openaiWire.readRequest(request).params.max_tokens)
  assert.ok(Number(two) < 8_192 && one !== two, `${one}, ${two}`)
})

test('a hit takes nothing from the budget', async () => {
  const { play } = await openWorld()
  server.answerWith({ kind: 'answer', answer: { text: ['Yes'], usage: { input: 500, cached: 0, output: 500 } } })
  const ten = (limits: string): string => `workflow: w
${limits}
steps:
  - id: each
    foreach: "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
    concurrency: 1
    do: [{ id: ask, llm: openai/gpt-4.1-mini, prompt: Hello, cache: 1h, params: { max_tokens: 500 } }]`
  const limited = await play(ten('limits: { tokens: 1700 }'))
  assert.equal([limited.status, asked(), limited.usage.cache_hits], ['completed', 1, 9])
})

test('what a child run had from the cache is told by its parent', async () => {
  const { play, local } = await openWorld()
  await play(PLAIN)
  const child = PLAIN.replace('workflow: w', 'workflow: child')
  const links = { ...NO_LINKS, workflow: () => createSource('child.yaml', child) }
  const source = createSource('p.yaml', 'workflow: p\nsteps: [{ id: call, workflow: child, with: {} }]\n')
  const { compiled, diagnostics } = local.compile(source, { links })
  assert.ok(compiled, JSON.stringify(diagnostics))
  const exit = await (await local.start(compiled)).exited
  assert.equal(exit.kind === 'ended' && exit.end.usage, {
    input_tokens: 0,
    output_tokens: 0,
    cost_usd: 0,
    cache_hits: 1,
  })
})

test('a secret that a model repeats is not in what is kept', async () => {
  const path = folder.resolve('troupe.db')
  const { play, local } = await openWorld({ store: await openSqliteStore({ path, durability: 'process' }) })
  server.answerWith(say(`Your key is ${KEY}.`))
  const ends = [await play(PLAIN), await play(PLAIN)]
  assert.equal(ends[0]?.output, ends[1]?.output)
  assert.match(JSON.stringify(ends[1]?.output), '[secret ')
  assert.is(asked(), 1)
  const files = readdirSync(folder.path).map((name) => readFileSync(folder.resolve(name), 'latin1'))
  assert.not(files.join('').includes(KEY))
  await local.close()
})

test('models of your own are cached too, and only what fits `returns`', async () => {
  let calls = 0
  const acme = defineActor({
    kind: 'llm',
    name: 'acme',
    perform: () => (++calls === 1 ? { label: 'idea' } : { label: 'bug' }),
  })
  const { play } = await openWorld({ actors: [acme] })
  const text = workflowOf('prompt: Bug?\nreturns: { label: { enum: [bug] } }\ncache: 1h\nretry: { max: 1 }').replace(
    'openai/gpt-4.1-mini',
    'acme/large',
  )
  const ends = [await play(text), await play(text), await play(text)]
  assert.equal(
    ends.map(({ status }) => status),
    ['failed', 'completed', 'completed'],
  )
  assert.equal([calls, ends[2]?.usage.cache_hits], [2, 1])
})

test('the mock models cost nothing and are asked each time', async () => {
  const { play } = await openWorld()
  const text = workflowOf('prompt: Hello\ncache: 1h\nparams: { script: [one, two] }').replace(
    'openai/gpt-4.1-mini',
    'mock/script',
  )
  assert.equal([(await play(text)).output, (await play(text)).usage.cache_hits], [{ text: 'one' }, undefined])
})

test.run()
