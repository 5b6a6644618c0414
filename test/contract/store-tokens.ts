import * as assert from 'uvu/assert'
import type { TokenRecord } from '../../src/store/token-store.ts'
import { T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const token = (name: string, change: Partial<TokenRecord> = {}): TokenRecord => ({
  name,
  hash: `hash of ${name}`,
  scopes: ['read', 'submit'],
  workflow: null,
  createdAt: T0,
  expiresAt: null,
  revokedAt: null,
  usedAt: null,
  ...change,
})

export const addStoreTokenTests = (test: AddStoreTest): void => {
  test('a token is found by its hash, with all that it was created with', async ({ store }) => {
    const ci = token('ci', { workflow: 'report-*', expiresAt: T0 + 1 })
    assert.equal(await store.listTokens(), [])
    assert.is(await store.addToken(token('web', { scopes: ['admin'] })), true)
    assert.is(await store.addToken(ci), true)
    assert.equal(await store.findToken(ci.hash), ci)
    assert.is(await store.findToken('ci'), undefined)
    assert.equal(
      (await store.listTokens()).map(({ name, scopes }) => [name, ...scopes]),
      [
        ['ci', 'read', 'submit'],
        ['web', 'admin'],
      ],
    )
  })

  test('a name has one token, and a revoked one gives its name to the next', async ({ store }) => {
    const first = token('ci')
    const next = token('ci', { hash: 'another', createdAt: T0 + 5 })
    await store.addToken(first)
    assert.is(await store.addToken(next), false)
    assert.equal(await store.listTokens(), [first])
    assert.is(await store.revokeToken('ci', T0 + 2), true)
    assert.is(await store.revokeToken('ci', T0 + 3), false)
    assert.is(await store.revokeToken('none', T0), false)
    assert.equal(await store.findToken(first.hash), { ...first, revokedAt: T0 + 2 })
    assert.is(await store.addToken(next), true)
    assert.equal([await store.listTokens(), await store.findToken(first.hash)], [[next], undefined])
  })

  test('the last use of a token is kept', async ({ store }) => {
    await store.addToken(token('ci'))
    await store.useToken('hash of ci', T0 + 9)
    await store.useToken('unknown', T0)
    assert.is((await store.findToken('hash of ci'))?.usedAt, T0 + 9)
  })
}
