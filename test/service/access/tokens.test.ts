import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createToken, findToken, holdsScope, reachesWorkflow, revokeToken } from '../../../src/service/access/tokens.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { SCOPES } from '../../../src/store/token-store.ts'

const T0 = 1_000_000

const test = suite('tokens')

test('a token counts until it expires or is revoked, and its last use is kept by the minute', async () => {
  const store = createMemoryStore()
  const { token } = await createToken(store, { name: 'ci', scopes: ['read'], validMs: 100_000 }, T0)
  const usedAt = async (): Promise<number | null | undefined> => (await store.listTokens())[0]?.usedAt
  assert.is((await findToken(store, token, T0 + 1))?.name, 'ci')
  await findToken(store, token, T0 + 2)
  assert.is(await usedAt(), T0 + 1)
  await findToken(store, token, T0 + 60_001)
  assert.is(await usedAt(), T0 + 60_001)
  assert.is(await findToken(store, token, T0 + 100_000), undefined)
  assert.is((await findToken(store, token, T0 + 99_999))?.name, 'ci')
  await revokeToken(store, 'ci', T0 + 3)
  assert.is(await findToken(store, token, T0 + 4), undefined)
  await store.close()
})

test('a text that is no token is not looked up', async () => {
  const { token } = await createToken({ addToken: async () => true }, { name: 'ci', scopes: ['read'] }, T0)
  const store = createMemoryStore()
  for (const text of ['', 'troupe_', `${token}x`, token.slice(1), `${token}\n`])
    assert.is(await findToken(store, text, T0), undefined)
  await store.close()
})

test('admin includes every scope, author includes submit, and the others stand for themselves', () => {
  const heldBy = (scope: (typeof SCOPES)[number]) => SCOPES.filter((wanted) => holdsScope({ scopes: [scope] }, wanted))
  assert.equal(heldBy('admin'), [...SCOPES])
  assert.equal(heldBy('author'), ['submit', 'author'])
  for (const scope of ['read', 'submit', 'decide'] as const) assert.equal(heldBy(scope), [scope])
})

const PATTERNS: readonly (readonly [pattern: string | null, name: string, isReached: boolean])[] = [
  [null, 'report', true],
  ['report', 'report', true],
  ['report', 'reports', false],
  ['report-*', 'report-eu', true],
  ['report-*', 'report', false],
  ['*', '', true],
  ['*-eu', 'report-eu', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'acb', false],
  ['aa*aa', 'aaa', false],
  ['r.port', 'report', false],
]

for (const [pattern, name, isReached] of PATTERNS)
  test(`a token for ${pattern} ${isReached ? 'reaches' : 'does not reach'} '${name}'`, () => {
    assert.is(reachesWorkflow({ workflow: pattern }, name), isReached)
  })

test.run()
