import { loadProvider } from '../../../src/actors/llm/providers.ts'
import type { Actor } from '../../../src/core/actor.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { actorContract } from '../../contract/actor.ts'

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
