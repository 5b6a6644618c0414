import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isJsonObject } from '../../src/core/json.ts'
import { createToken } from '../../src/service/access/tokens.ts'
import { type Reached, reachedWith } from '../support/reached.ts'

const read = async ({ url }: Reached): Promise<{ text: string; headers: Headers }> => {
  const response = await fetch(`${url}/docs`)
  assert.is(response.status, 200)
  return { text: await response.text(), headers: response.headers }
}

const test = suite('page of the HTTP interface')

test('the page has each operation and each schema of the OpenAPI document, and every link in it leads somewhere', () =>
  reachedWith([], async (server) => {
    const { text } = await read(server)
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    assert.is(new Set(ids).size, ids.length, 'ids are unique')
    const { paths, components } = server.client.document
    const operations = Object.values(isJsonObject(paths) ? paths : {}).flatMap((methods) =>
      Object.values(methods ?? {}),
    )
    for (const operation of operations)
      assert.ok(isJsonObject(operation) && ids.includes(String(operation.operationId)))
    const schemas = isJsonObject(components) && isJsonObject(components.schemas) ? Object.keys(components.schemas) : []
    assert.ok(schemas.length > 30)
    for (const name of schemas) assert.ok(ids.includes(`schema-${name}`), name)
    for (const [, target = ''] of text.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(target), target)
  }))

test('the page loads nothing, runs no script, and its policy allows its own style alone', () =>
  reachedWith([], async (server) => {
    const { text, headers } = await read(server)
    assert.not.match(text, /<script|<link|<img|<iframe|@import|url\(|\son\w+=|https?:/i)
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = headers.get('content-security-policy') ?? ''
    assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${hash}'`), policy)
    assert.is(headers.get('x-content-type-options'), 'nosniff')
    assert.is([...text.matchAll(/ style="/g)].length, 0)
  }))

test('once there is a token the page asks for one', () =>
  reachedWith([], async ({ url, store }) => {
    const { token } = await createToken(store, { name: 'r', scopes: ['read'] }, Date.now())
    assert.is((await fetch(`${url}/docs`)).status, 401)
    assert.is((await fetch(`${url}/docs`, { headers: { authorization: `Bearer ${token}` } })).status, 200)
  }))

test.run()
