import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { toDefinition } from '../../src/runtime/new-run.ts'
import { createToken, revokeToken } from '../../src/service/access/tokens.ts'
import type { Scope } from '../../src/store/token-store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { type Serving, serving } from '../support/serving.ts'

const GREET = `workflow: greet
input: { name: string }
steps:
  - { id: say, llm: mock/echo, prompt: "Hello \${input.name}" }
`
const ASK = `workflow: ask
steps:
  - { id: ask, approve: { title: Send it?, by: [ann, bob] }, timeout: 1h }
  - { id: paid, wait: { event: paid }, timeout: 1h }
`

type Ask = (path: string, options?: { token?: string; body?: JsonObject }) => Promise<Answer>

interface Answer {
  status: number
  body: JsonObject
  headers: Headers
}

const reached = (act: (ask: Ask, served: Serving) => Promise<void>): Promise<void> =>
  serving(async (served) => {
    for (const text of [GREET, ASK]) {
      const workflow = compileWorkflow(text)
      await served.store.saveDefinition(toDefinition(workflow))
      await served.store.registerWorkflow({ workflow: workflow.name, definition: workflow.hash, at: Date.now() })
    }
    const url = await served.listen()
    await act(async (path, { token, body } = {}) => {
      const response = await fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const json: unknown = await response.json()
      assert.ok(isJsonObject(json))
      return { status: response.status, body: json, headers: response.headers }
    }, served)
  })

const createFor = async (
  { store }: Serving,
  { name, scopes, workflow }: { name: string; scopes: Scope[]; workflow?: string },
): Promise<string> => (await createToken(store, { name, scopes, workflow }, Date.now())).token

const codeOf = ({ status, body }: Answer): unknown[] => [status, body.code]

const test = suite('access to the HTTP interface')

test('the interface is open until a token is created, and never again', () =>
  reached(async (ask, served) => {
    assert.is((await ask('/api/v1/runs')).status, 200)
    const wrong = await ask('/api/v1/runs', { token: 'troupe_wrong' })
    assert.equal(codeOf(wrong), [401, 'unauthorized'])
    const token = await createFor(served, { name: 'ci', scopes: ['read'] })
    const refused = await ask('/api/v1/runs')
    assert.equal(codeOf(refused), [401, 'unauthorized'])
    assert.is(refused.headers.get('www-authenticate'), 'Bearer realm="troupe"')
    assert.is((await ask('/api/v1/runs', { token })).status, 200)
    for (const path of ['/healthz', '/readyz']) assert.is((await ask(path)).status, 200)
    await revokeToken(served.store, 'ci', Date.now())
    for (const given of [{ token }, {}]) assert.equal(codeOf(await ask('/api/v1/runs', given)), [401, 'unauthorized'])
  }))

test('a token without the scope of a route is told which it lacks, before its body is judged', () =>
  reached(async (ask, served) => {
    const token = await createFor(served, { name: 'ci', scopes: ['read'] })
    const refused = await ask('/api/v1/runs', { token, body: { nonsense: true } })
    assert.equal(codeOf(refused), [403, 'missing_scope'])
    assert.match(String(refused.body.detail), "token 'ci' has no scope 'submit'")
    assert.match(refused.headers.get('www-authenticate') ?? '', 'error="insufficient_scope", scope="submit"')
  }))

test('a token with submit runs registered workflows, and no text of one', () =>
  reached(async (ask, served) => {
    const token = await createFor(served, { name: 'ci', scopes: ['submit'] })
    const author = await createFor(served, { name: 'dev', scopes: ['author'] })
    const source = 'workflow: text\nsteps:\n  - { id: a, set: { v: 1 } }\n'
    const refused = await ask('/api/v1/runs', { token, body: { source } })
    assert.match(String(refused.body.detail), "has no scope 'author'")
    assert.is((await ask('/api/v1/runs', { token: author, body: { source } })).status, 202)
    assert.is((await ask('/api/v1/runs', { token, body: { workflow: 'greet', input: { name: 'Ada' } } })).status, 202)
  }))

test('a client steers the runs that it submitted, and with admin all', () =>
  reached(async (ask, served) => {
    const [one, other, admin] = [
      await createFor(served, { name: 'one', scopes: ['submit'] }),
      await createFor(served, { name: 'other', scopes: ['submit'] }),
      await createFor(served, { name: 'root', scopes: ['admin'] }),
    ]
    const begin = async (): Promise<unknown> =>
      (await ask('/api/v1/runs', { token: one, body: { workflow: 'ask' } })).body.run
    const [first, second] = [await begin(), await begin()]
    const refused = await ask(`/api/v1/runs/${first}/cancel`, { token: other, body: {} })
    assert.equal(codeOf(refused), [403, 'missing_scope'])
    assert.match(String(refused.body.detail), `token 'other' has no scope 'admin', and did not submit run ${first}`)
    assert.is((await ask(`/api/v1/runs/${first}/cancel`, { token: one, body: {} })).body.status, 'cancelled')
    assert.is((await ask(`/api/v1/runs/${second}/cancel`, { token: admin, body: {} })).body.status, 'cancelled')
    const rows = await served.store.readJournal(String(first))
    assert.equal(
      rows.flatMap(({ kind, data }) => (kind === 'cancel' || kind === 'created' ? [data.by] : [])),
      ['one', 'one'],
    )
  }))

test('a decision is that of the token, and not of a name in the body', () =>
  reached(async (ask, served) => {
    const submitter = await createFor(served, { name: 'ci', scopes: ['submit', 'read'] })
    const ann = await createFor(served, { name: 'ann', scopes: ['decide'] })
    const eve = await createFor(served, { name: 'eve', scopes: ['decide'] })
    const { run } = (await ask('/api/v1/runs', { token: submitter, body: { workflow: 'ask' } })).body
    const list = async (): Promise<unknown> => (await ask('/api/v1/approvals', { token: submitter })).body.approvals
    await served.until('it asks', async () => JSON.stringify(await list()).includes('Send it?'))
    const path = `/api/v1/approvals/${run}`
    const decide = (token: string, by?: string) =>
      ask(path, { token, body: { decision: 'approve', ...(by !== undefined && { by }) } })
    assert.equal(codeOf(await decide(eve)), [403, 'refused'])
    assert.equal(codeOf(await decide(eve, 'ann')), [400, 'invalid_request'])
    assert.equal(codeOf(await decide(submitter)), [403, 'missing_scope'])
    const decided = await decide(ann)
    assert.equal([decided.status, decided.body.by], [200, 'ann'])
  }))

test('a token for certain workflows reaches no other, in no route', () =>
  reached(async (ask, served) => {
    const all = await createFor(served, { name: 'all', scopes: ['admin'] })
    const token = await createFor(served, { name: 'g', scopes: ['read', 'submit', 'decide'], workflow: 'greet' })
    const wide = await createFor(served, { name: 'w', scopes: ['read'], workflow: 'gr*' })
    const { run } = (await ask('/api/v1/runs', { token: all, body: { workflow: 'ask' } })).body
    const own = await ask('/api/v1/runs', { token, body: { workflow: 'greet', input: { name: 'Ada' } } })
    assert.is(own.status, 202)
    await served.until('it asks', async () =>
      JSON.stringify((await ask('/api/v1/approvals', { token: all })).body).includes('Send it?'),
    )
    const refused = [
      await ask('/api/v1/runs', { token, body: { workflow: 'ask' } }),
      await ask('/api/v1/runs?workflow=ask', { token }),
      await ask('/api/v1/runs', { token: wide }),
      await ask(`/api/v1/runs/${run}`, { token }),
      await ask(`/api/v1/runs/${run}/trace`, { token }),
      await ask(`/api/v1/runs/${run}/events`, { token }),
      await ask(`/api/v1/runs/${run}/cancel`, { token, body: {} }),
      await ask(`/api/v1/runs/${run}/signals`, { token, body: { event: 'paid' } }),
      await ask(`/api/v1/approvals/${run}`, { token, body: { decision: 'approve' } }),
      await ask(`/api/v1/blobs/${'0'.repeat(64)}`, { token }),
    ]
    for (const answer of refused) assert.equal(codeOf(answer), [403, 'refused'], JSON.stringify(answer.body))
    assert.equal((await ask('/api/v1/approvals', { token })).body.approvals, [])
    for (const path of ['/api/v1/runs', '/api/v1/runs?workflow=greet', '/api/v1/workflows'])
      assert.not.match(JSON.stringify((await ask(path, { token })).body), '"ask"')
    assert.is((await ask('/api/v1/runs?workflow=greet', { token: wide })).status, 200)
  }))

test('authors alone register workflows, and the one who restarts a run may cancel the new one', () =>
  reached(async (ask, served) => {
    const author = await createFor(served, { name: 'dev', scopes: ['author'] })
    const reader = await createFor(served, { name: 'r', scopes: ['read'] })
    const source = (name: string): string => `workflow: ${name}\nsteps:\n  - { id: a, set: { v: 1 } }\n`
    const apply = (token: string, name: string) => ask('/api/v1/workflows', { token, body: { source: source(name) } })
    assert.equal(codeOf(await apply(reader, 'ask')), [403, 'missing_scope'])
    assert.is((await served.store.listVersions('ask')).length, 1)
    assert.is((await apply(author, 'greet')).status, 200)
    const bounded = await createFor(served, { name: 'b', scopes: ['read'], workflow: 'greet' })
    for (const path of ['', '/diff', '/graph'])
      assert.equal(codeOf(await ask(`/api/v1/workflows/ask${path}`, { token: bounded })), [403, 'refused'])
    const [one, other] = [
      await createFor(served, { name: 'one', scopes: ['submit'] }),
      await createFor(served, { name: 'other', scopes: ['submit'] }),
    ]
    const run = (await ask('/api/v1/runs', { token: one, body: { workflow: 'ask' } })).body.run
    assert.is((await ask(`/api/v1/runs/${run}/cancel`, { token: one, body: {} })).status, 200)
    const { run: again } = (await ask(`/api/v1/runs/${run}/restart`, { token: one, body: {} })).body
    assert.equal(codeOf(await ask(`/api/v1/runs/${again}/cancel`, { token: other, body: {} })), [403, 'missing_scope'])
    assert.is((await ask(`/api/v1/runs/${again}/cancel`, { token: one, body: {} })).status, 200)
  }))

test('an address with many wrong tokens has to wait, while tokens that counted go on', () =>
  reached(async (ask, served) => {
    const token = await createFor(served, { name: 'ci', scopes: ['read'] })
    assert.is((await ask('/api/v1/runs', { token })).status, 200)
    const statuses: number[] = []
    for (let count = 0; count < 11; count++)
      statuses.push((await ask('/api/v1/runs', { token: `troupe_${count}` })).status)
    assert.equal(statuses, [...Array.from({ length: 10 }, () => 401), 429])
    const limited = await ask('/api/v1/runs', { token: 'troupe_12' })
    assert.equal(codeOf(limited), [429, 'rate_limited'])
    const seconds = Number(limited.headers.get('retry-after'))
    assert.ok(seconds > 50 && seconds <= 60, String(seconds))
    assert.is((await ask('/api/v1/runs', { token })).status, 200)
  }))

test('the table of scopes in docs/server.md has the routes', () =>
  reached(async (ask) => {
    const { paths } = (await ask('/openapi.json')).body
    assert.ok(isJsonObject(paths))
    const actual = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(isJsonObject(methods) ? methods : {}).map(([method, operation]) => {
        const [needs] = isJsonObject(operation) && Array.isArray(operation.security) ? operation.security : []
        const [scope] = isJsonObject(needs) && Array.isArray(needs.token) ? needs.token : ['none']
        return `${scope} ${method.toUpperCase()} ${path}`
      }),
    )
    const [, section = ''] = readFileSync(new URL('../../docs/server.md', import.meta.url), 'utf8').split(
      '\n### Scopes\n',
    )
    const [table = ''] = section.split('\n#')
    const documented = [...table.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].flatMap(([, scope, routes = '']) =>
      [...routes.matchAll(/`((?:GET|POST|PUT|DELETE) [^`]*)`/g)].map(([, route]) => `${scope} ${route}`),
    )
    assert.equal(documented.sort(), [...actual, 'read GET /openapi.json', 'read GET /docs'].sort())
  }))

test.run()
