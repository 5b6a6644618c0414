import * as assert from 'uvu/assert'
import { type CachedAnswer, EXPIRED_ANSWERS_A_WRITE, type HostStore } from '../../src/store/store.ts'
import type { AddStoreTest } from './store.ts'

const AT = 1_000_000

const answer = (key: string, change: Partial<CachedAnswer> = {}): CachedAnswer => ({
  key,
  text: `{"said":"${key}"}`,
  expiresAt: AT + 1_000,
  ...change,
})

export const addStoreAnswerDurabilityTests = (test: AddStoreTest): void => {
  test('a cached answer exists when the store is opened again', async ({ store, reopen }) => {
    await store.writeAnswer(answer('a'), AT)
    assert.is(await (await reopen()).readAnswer('a', AT), '{"said":"a"}')
  })
}

export const addStoreAnswerTests = (test: AddStoreTest<HostStore>): void => {
  test('an answer is read by its key until it expires', async ({ store }) => {
    const text = `{"said":"${'ü'.repeat(100_000)}"}`
    await store.writeAnswer(answer('a', { text }), AT)
    await store.writeAnswer(answer('b', { expiresAt: AT + 2_000 }), AT)
    assert.is(await store.readAnswer('a', AT + 999), text)
    assert.is(await store.readAnswer('a', AT + 1_000), undefined)
    assert.is(await store.readAnswer('b', AT + 1_000), '{"said":"b"}')
    assert.is(await store.readAnswer('c', AT), undefined)
  })

  test('a later answer replaces the one under its key', async ({ store }) => {
    await store.writeAnswer(answer('a'), AT)
    await store.writeAnswer(answer('a', { text: '2', expiresAt: AT + 5_000 }), AT + 10)
    assert.is(await store.readAnswer('a', AT + 4_999), '2')
  })

  test('writing deletes expired answers, and no others', async ({ store }) => {
    await store.writeAnswer(answer('old', { expiresAt: AT + 1 }), AT)
    await store.writeAnswer(answer('young'), AT)
    await store.writeAnswer(answer('new'), AT + 1)
    // Asked for an earlier time, what was only over would still be found.
    const found = await Promise.all(['old', 'young', 'new'].map((key) => store.readAnswer(key, AT)))
    assert.equal(found, [undefined, '{"said":"young"}', '{"said":"new"}'])
  })

  test('a write deletes more expired answers than it adds, so that they do not pile up', async ({ store }) => {
    const keys = Array.from({ length: EXPIRED_ANSWERS_A_WRITE + 20 }, (_, index) => `old-${index}`)
    for (const key of keys) await store.writeAnswer(answer(key, { expiresAt: AT + 1 }), AT)
    for (const key of ['first', 'second']) await store.writeAnswer(answer(key), AT + 1)
    const left = await Promise.all(keys.map((key) => store.readAnswer(key, AT)))
    assert.is(left.filter((text) => text !== undefined).length, 0)
  })
}
