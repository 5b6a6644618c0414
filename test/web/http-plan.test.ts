import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import { createToken } from '../../src/service/access/tokens.ts'
import { objectsOf, type Reached, reachedWith, submitToEnd } from '../support/reached.ts'

const TRIAGE = `workflow: triage
models: { default: mock/echo }
limits: { cost_usd: 0.25 }
input: { docs: [string] }
steps:
  - { id: ask, llm: default, prompt: Hello, params: { max_tokens: 100 }, retry: { max: 1 } }
  - id: grades
    foreach: input.docs
    as: doc
    do: [{ id: grade, llm: default, prompt: "\${doc}" }]
`
const GPT = { default: 'openai/gpt-5-mini' }

const reached = (act: (server: Reached) => Promise<void>): Promise<void> => reachedWith([TRIAGE], act)

const test = suite('plans over HTTP')

test('a registered workflow and the text of one have the same plan, and nothing runs', () =>
  reached(async ({ client, store }) => {
    const ask = async (body: JsonValue) => (await client.post('/api/v1/workflows/plan', body)).body
    const open = await ask({ workflow: 'triage', models: GPT })
    assert.equal([open.worst_case_usd, open.limit_usd, open.most_model_calls, open.typical], [0.25, 0.25, null, null])
    assert.ok(objectsOf(open.unbounded_by).some(({ step, reason }) => step === 'grades' && reason === 'open_list'))
    const known = await ask({ source: TRIAGE, models: GPT, input: { docs: ['a', 'b'] } })
    // ask once, grade twice with three attempts each.
    assert.equal([known.most_model_calls, known.unbounded_by], [7, []])
    assert.equal(await ask({ workflow: 'triage', models: GPT, input: { docs: ['a', 'b'] } }), known)
    assert.equal(await store.listRuns(), [])
  }))

test('the typical cost is that of past runs', () =>
  reached(async (server) => {
    await submitToEnd(server, { workflow: 'triage', input: { docs: [] } })
    const { body } = await server.client.post('/api/v1/workflows/plan', { workflow: 'triage' })
    const [typical] = objectsOf([body.typical ?? null])
    assert.equal([typical?.runs, typical?.median_usd, typical?.of_other_versions], [1, 0, false])
    const [version] = await server.store.listVersions('triage')
    const path = '/api/v1/workflows/triage/typical-cost'
    assert.equal((await server.client.get(`${path}?definition=${version?.definition}`)).body, {
      workflow: 'triage',
      typical: body.typical ?? null,
    })
    const [other] = objectsOf([(await server.client.get(path)).body.typical ?? null])
    assert.equal([other?.runs, other?.of_other_versions], [1, true])
    const none = await server.client.get('/api/v1/workflows/none/typical-cost')
    assert.equal([none.status, none.body.typical], [200, null])
  }))

const WRONG: readonly (readonly [body: JsonValue, status: number, code: string, pointer: string | undefined])[] = [
  [{}, 400, 'invalid_request', ''],
  [{ workflow: 'none' }, 404, 'not_found', undefined],
  [{ workflow: 'triage', input: { docs: 1 } }, 400, 'invalid_input', '/input'],
  [{ workflow: 'triage', models: { default: 'nowhere/x' } }, 400, 'invalid_input', '/models'],
  [{ workflow: 'triage', models: { other: 'mock/echo' } }, 400, 'invalid_input', '/models'],
  [{ source: 'workflow: x\nsteps: 1\n' }, 422, 'invalid_workflow', '/source'],
]

test('a plan that can not be made is refused with the place in the body', () =>
  reached(async ({ client }) => {
    for (const [asked, status, code, pointer] of WRONG) {
      const { body, ...answer } = await client.post('/api/v1/workflows/plan', asked)
      assert.equal([answer.status, body.code, body.pointer], [status, code, pointer], JSON.stringify(body))
    }
  }))

test('a reader plans registered workflows that it reaches, and an author any text', () =>
  reached(async ({ client, store }) => {
    const create = async (name: string, scopes: readonly ('read' | 'author')[], workflow?: string) =>
      (await createToken(store, { name, scopes, workflow }, Date.now())).token
    const reader = await create('r', ['read'])
    const other = await create('o', ['read'], 'other')
    const author = await create('a', ['read', 'author'])
    const ask = async (token: string, body: JsonValue) =>
      (await client.post('/api/v1/workflows/plan', body, { authorization: `Bearer ${token}` })).status
    assert.equal([await ask(reader, { workflow: 'triage' }), await ask(reader, { source: TRIAGE })], [200, 403])
    assert.equal([await ask(other, { workflow: 'triage' }), await ask(author, { source: TRIAGE })], [403, 200])
  }))

test.run()
