import { loadProvider } from '../../../src/actors/llm/providers.ts'
import type { Actor } from '../../../src/core/actor.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { actorContract } from '../../contract/actor.ts'
import { openaiWire } from '../../support/wire/openai.ts'
import { startWireServer } from '../../support/wire/wire-server.ts'

const input = (model: string, fields: JsonObject = {}): JsonObject => ({
  model,
  messages: [{ role: 'user', content: 'a question of some length' }],
  params: {},
  call: 0,
  ...fields,
})

const script = (...items: JsonObject[]): JsonObject => input('mock/script', { params: { script: items } })

const NOTHING_OUTSIDE = { skip: 'nothing outside of it is asked' }

const load = async (): Promise<Actor> => (await loadProvider('mock')) as unknown as Actor

actorContract('mock/echo', async () => ({
  actor: await load(),
  good: input('mock/echo'),
  bad: { 'no messages': { model: 'mock/echo', params: {}, call: 0 }, 'a field too much': input('mock/echo', { x: 1 }) },
  slow: { skip: 'it answers at once' },
  failing: NOTHING_OUTSIDE,
}))

actorContract('mock/script', async () => ({
  actor: await load(),
  good: script({ text: 'an answer of some length' }),
  bad: { 'no script': input('mock/script'), 'a script without answers': script() },
  slow: { input: script({ text: 'late', delay: '1h' }) },
  failing: NOTHING_OUTSIDE,
}))

/** The actor around all providers, with one of them. */
actorContract('openai', async () => {
  const server = await startWireServer(openaiWire)
  server.answerWith(({ messages }) => {
    const said = messages.map(({ text }) => text).join('')
    if (said.includes('slowly')) return { kind: 'silent' }
    if (said.includes('failing')) return { kind: 'status', error: { status: 503, message: 'come back later' } }
    return { kind: 'answer', answer: { text: ['an answer of some length'] } }
  })
  const settings = { baseUrl: server.baseUrl, apiKey: 'a key of some length' }
  const actor = await loadProvider('openai', { providers: { openai: { kind: 'openai', settings } } })
  const saying = (content: string): JsonObject => input('openai/gpt-4.1', { messages: [{ role: 'user', content }] })
  return {
    actor: actor as unknown as Actor,
    good: input('openai/gpt-4.1'),
    bad: { 'no messages': { model: 'openai/gpt-4.1', params: {}, call: 0 } },
    slow: { input: saying('slowly'), begun: () => server.nextRequest() },
    failing: { input: saying('failing'), code: 'unavailable', attempts: () => server.requests.length },
    held: () => server.open(),
    close: () => server.stop(),
  }
})
