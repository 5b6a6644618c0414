import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLocal } from '../../src/app/local.ts'
import { createSource } from '../../src/compiler/source.ts'
import { Fault } from '../../src/core/fault.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import type { OwnActor } from '../../src/service/own-actor.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunEnd } from '../../src/store/store.ts'
import { createToolOptions } from '../support/tool-options.ts'

type Call = { id?: string; name: string; arguments: string; opaque?: JsonObject }
type Turn = { text?: string; tool_calls?: Call[]; output?: JsonValue }

const turn = ({ text = '', tool_calls = [], output }: Turn): JsonObject => ({
  text,
  tool_calls: tool_calls.map((call, index) => ({ id: `c${index}`, ...call })),
  ...(output === undefined ? {} : { output }),
})

const call = (name: string, given: JsonValue): Call => ({ name, arguments: JSON.stringify(given) })

interface Played {
  end: RunEnd
  rows: JournalRow[]
  /** Messages that the model saw, turn by turn. */
  asked: JsonObject[][]
  /** Names of the tools that were called, in order. */
  called: string[]
}

const WORKFLOW = `workflow: w
steps:
  - id: answer
    llm: fake/model
    tools: [weather, http.get]
    max_turns: 4
    prompt: What is the weather?
output: { text: steps.answer.output.text, attempts: steps.answer.attempts }`

/** Plays a workflow with a model that gives these answers in turn, and a tool that knows the weather of one city. */
const play = async (turns: readonly Turn[], source = WORKFLOW): Promise<Played> => {
  const asked: JsonObject[][] = []
  const called: string[] = []
  const model: OwnActor = {
    kind: 'llm',
    name: 'fake',
    description: 'Says what it is told to.',
    writes: false,
    input: {},
    output: {},
    perform: async (input) => {
      asked.push((input as { messages: JsonObject[] }).messages)
      return turn(turns[Math.min(asked.length, turns.length) - 1] ?? {})
    },
  }
  const weather: OwnActor = {
    kind: 'tool',
    name: 'weather',
    description: 'Tells the weather of a city.',
    writes: false,
    input: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    output: {},
    perform: async (input) => {
      const { city } = input as { city?: string }
      called.push(String(city))
      if (city === undefined) throw new Fault('invalid_input', `'/city' is missing`)
      if (city === 'Atlantis') throw new Fault('not_found', 'there is no such city')
      return { sky: `grey over ${city}` }
    },
  }
  const store = createMemoryStore()
  const local = createLocal({ store, tools: createToolOptions(), actors: [model, weather] })
  const { compiled, diagnostics } = local.compile(createSource('w.yaml', source))
  assert.ok(compiled, JSON.stringify(diagnostics))
  const run = await local.start(compiled)
  const exit = await run.exited
  assert.ok(exit.kind === 'ended')
  const rows = await store.readJournal(run.id)
  await local.close()
  return { end: exit.end, rows, asked, called }
}

const test = suite('a model step with tools')

test('an answer in the first turn is the output of the step', async () => {
  const { end, rows } = await play([{ output: { text: 'Grey.' } }])
  assert.equal(end.output, { text: 'Grey.', attempts: 1 })
  assert.equal(
    rows.filter(({ kind }) => kind === 'outcome').map(({ path }) => path),
    ['answer/turn_1'],
  )
})

test('the model sees the results of its calls in their order, and each call has a row of its own', async () => {
  const calls = [call('weather', { city: 'Oslo' }), call('weather', { city: 'Rome' })]
  const { end, rows, asked, called } = await play([
    { text: 'Let me look.', tool_calls: calls },
    { output: { text: 'Grey.' } },
  ])
  assert.equal((end.output as JsonObject).text, 'Grey.')
  assert.equal(called.sort(), ['Oslo', 'Rome'])
  assert.equal(asked[1]?.slice(1), [
    {
      role: 'assistant',
      content: 'Let me look.',
      tool_calls: calls.map((made, index) => ({ id: `c${index}`, ...made })),
    },
    { role: 'tool', tool_call_id: 'c0', name: 'weather', content: '{"sky":"grey over Oslo"}' },
    { role: 'tool', tool_call_id: 'c1', name: 'weather', content: '{"sky":"grey over Rome"}' },
  ])
  assert.equal(
    rows
      .filter(({ kind }) => kind === 'outcome')
      .map(({ path }) => path)
      .sort(),
    ['answer/turn_1', 'answer/turn_1_call_1', 'answer/turn_1_call_2', 'answer/turn_2'],
  )
})

const lastShown = ({ asked }: Played): string => String(asked.at(-1)?.at(-1)?.content)

test('the fault of a tool goes to the model, which may go on', async () => {
  const played = await play([{ tool_calls: [call('weather', { city: 'Atlantis' })] }, { output: { text: 'Unknown.' } }])
  assert.is(played.end.status, 'completed')
  assert.is(lastShown(played), 'Error: not_found: there is no such city')
  assert.is(played.asked.at(-1)?.at(-1)?.is_error, true)
})

test('an unknown tool and unreadable arguments go back to the model, and nothing is performed', async () => {
  const played = await play([
    { tool_calls: [call('wether', { city: 'Oslo' })] },
    { tool_calls: [{ name: 'weather', arguments: '{"city": ' }] },
    { output: { text: 'Never mind.' } },
  ])
  assert.is(played.end.status, 'completed')
  assert.equal(played.called, [])
  assert.match(
    String(played.asked[1]?.at(-1)?.content),
    /no tool 'wether': expected one of .*weather.*; did you mean 'weather'\?/,
  )
  assert.match(lastShown(played), 'not a JSON object')
})

const PATIENT = WORKFLOW.replace('max_turns: 4', 'max_turns: 20')

const WRONG_CALLS: [string, (nth: number) => Call][] = [
  ['arguments that the tool does not take', (nth) => call('weather', { town: nth })],
  ['arguments that are no JSON', (nth) => ({ name: 'weather', arguments: `{"city": ${nth}` })],
  ['an unknown tool', (nth) => call('wether', { city: `C${nth}` })],
]

for (const [what, make] of WRONG_CALLS) {
  test(`${what}: back to the model three times, then the step fails`, async () => {
    const { end, asked, called } = await play(
      Array.from({ length: 9 }, (_, nth) => ({ tool_calls: [make(nth)] })),
      PATIENT,
    )
    assert.is(end.error?.code, 'turns_exhausted')
    assert.match(end.error?.message ?? '', /wrongly more than 3 times, at last: .*(city|arguments|wether)/)
    assert.is(asked.length, 4)
    assert.is(called.filter((city) => city !== 'undefined').length, 0)
  })

  test(`${what}: after three times the model may still succeed`, async () => {
    const turns: Turn[] = Array.from({ length: 3 }, (_, nth) => ({ tool_calls: [make(nth)] }))
    const right = { tool_calls: [call('weather', { city: 'Oslo' })] }
    const { end, called } = await play([...turns, right, { output: { text: 'Grey.' } }], PATIENT)
    assert.is(end.status, 'completed')
    assert.is(called.at(-1), 'Oslo')
  })
}

test('wrong calls of one turn go back together, and count once', async () => {
  const wrong = { tool_calls: [0, 1, 2, 3, 4].map((nth) => call('weather', { town: nth })) }
  const { end, asked } = await play([wrong, { output: { text: 'Grey.' } }])
  assert.is(end.status, 'completed')
  assert.is(asked[1]?.filter(({ role }) => role === 'tool').length, 5)
})

test('max_turns ends the step as turns_exhausted', async () => {
  const { end, asked } = await play(
    Array.from({ length: 9 }, (_, index) => ({ tool_calls: [call('weather', { city: `C${index}` })] })),
  )
  assert.is(end.error?.code, 'turns_exhausted')
  assert.is(end.error?.step, 'answer')
  assert.is(asked.length, 4)
})

test('the same call is made three times at most', async () => {
  const again = { tool_calls: [call('weather', { city: 'Oslo' })] }
  const { end, called } = await play([again, again, again, again, again], PATIENT)
  assert.is(end.error?.code, 'turns_exhausted')
  assert.match(end.error?.message ?? '', "the same call of 'weather' more than 3 times")
  assert.is(called.length, 3)
})

test('calls are equal however their arguments are written, also within one turn', async () => {
  const written = ['{"city":"Oslo","unit":"C"}', '{ "unit": "C", "city": "Oslo" }', '{"unit":"C","city":"\\u004fslo"}']
  const turns = written.map((text) => ({ tool_calls: [{ name: 'weather', arguments: text }] }))
  const { end, called } = await play([...turns, turns[0] ?? {}], PATIENT)
  assert.equal([end.error?.code, called.length], ['turns_exhausted', 3])
  const four = await play([{ tool_calls: Array.from({ length: 4 }, () => call('weather', { city: 'Oslo' })) }])
  assert.equal([four.end.error?.code, four.called.length], ['turns_exhausted', 0])
})

test('calls with different arguments are different calls', async () => {
  const turns = Array.from({ length: 6 }, (_, nth) => ({ tool_calls: [call('weather', { city: `C${nth}` })] }))
  const { end } = await play([...turns, { output: { text: 'Grey.' } }], PATIENT)
  assert.is(end.status, 'completed')
})

/** Calls of the model in this turn, as it sees them again. */
const callsIn = (messages: readonly JsonObject[] = [], turn: number): Call[] =>
  (messages.filter(({ role }) => role === 'assistant')[turn]?.tool_calls ?? []) as unknown as Call[]

test('two calls with one id get ids of their own', async () => {
  const calls = [
    { id: 'same', ...call('weather', { city: 'Oslo' }) },
    { id: 'same', ...call('weather', { city: 'Rome' }) },
  ]
  const { asked } = await play([{ tool_calls: calls }, { output: { text: 'Grey.' } }])
  const results = asked[1]?.filter(({ role }) => role === 'tool') ?? []
  const ids = results.map(({ tool_call_id }) => tool_call_id)
  assert.is(new Set(ids).size, 2)
  assert.equal(
    callsIn(asked[1], 0).map(({ id }) => id),
    ids,
  )
  assert.equal(
    results.map(({ content }) => /Oslo|Rome/.exec(String(content))?.[0]),
    ['Oslo', 'Rome'],
  )
})

test('opaque data of a vendor goes back with its call, turn after turn', async () => {
  const opaque = [{ signature: 'c2lnbmVk', thought: { deep: [1, 2] } }, { signature: 'b3RoZXI=' }]
  const calls = opaque.map((one, index) => ({ ...call('weather', { city: `C${index}` }), opaque: one }))
  const { asked } = await play([
    { tool_calls: calls },
    { tool_calls: [call('weather', { city: 'plain' })] },
    { output: { text: 'Grey.' } },
  ])
  for (const messages of [asked[1], asked[2]])
    assert.equal(
      callsIn(messages, 0).map((made) => made.opaque),
      opaque,
    )
  assert.not('opaque' in (callsIn(asked[2], 1)[0] ?? {}))
})

test('an empty answer is asked for once more', async () => {
  const { end, asked } = await play([{ output: { text: '' } }, { output: { text: 'Grey.' } }])
  assert.equal((end.output as JsonObject).text, 'Grey.')
  assert.is(asked.length, 2)
})

const RETURNING = WORKFLOW.replace('prompt:', 'returns: { sky: string }\n    prompt:').replace(
  '.output.text',
  '.output.sky',
)

for (const [what, source, empty] of [
  ['text', WORKFLOW, { output: { text: '' } }],
  ['text, of which not even an empty one came', WORKFLOW, {}],
  ['instance of `returns`', RETURNING, {}],
] as const)
  test(`no ${what} after it was asked for once more: the fault invalid_output`, async () => {
    const looked = { tool_calls: [call('weather', { city: 'Oslo' })] }
    const { end, asked } = await play([looked, empty, empty, { output: { text: 'too late', sky: 'grey' } }], source)
    assert.equal([end.status, end.error?.code, end.error?.step], ['failed', 'invalid_output', 'answer'])
    assert.match(end.error?.message ?? '', 'nothing')
    assert.is(asked.length, 3)
  })

test('no answer in the last turn that max_turns allows is the fault invalid_output', async () => {
  const { end, asked } = await play([{}, {}], WORKFLOW.replace('max_turns: 4', 'max_turns: 1'))
  assert.equal([end.error?.code, asked.length], ['invalid_output', 1])
})

test('`returns` holds for the last answer', async () => {
  const looked = { tool_calls: [call('weather', { city: 'Oslo' })] }
  const { end } = await play([looked, { output: { sky: 'grey' } }], RETURNING)
  assert.equal((end.output as JsonObject).text, 'grey')
  const wrong = await play([looked, { output: { sky: 3 } }], RETURNING.replace('max_turns: 4', 'retry: { max: 1 }'))
  assert.is(wrong.end.error?.code, 'invalid_output')
})

test('a step that is visited again starts over, under paths of its own', async () => {
  const source = `workflow: w
steps:
  - id: again
    loop: { until: iter.count >= 2, max: 3 }
    do:
      - { id: answer, llm: fake/model, tools: [weather], prompt: hi }`
  const { rows, end } = await play([{ output: { text: 'one' } }, { output: { text: 'two' } }], source)
  assert.equal(end.output, { text: 'two' })
  assert.equal(
    rows.filter(({ kind }) => kind === 'outcome').map(({ path }) => path),
    ['answer/turn_1', 'answer:2/turn_1'],
  )
})

test.run()
