import { randomBytes } from 'node:crypto'
import * as assert from 'uvu/assert'
import { hashBytes } from '../../src/core/hash.ts'
import type { HostStore } from '../../src/store/store.ts'
import { createDefinition } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

export const addStoreContentTests = (test: AddStoreTest<HostStore>): void => {
  test('a definition comes back whole, and the first one of a hash stays', async ({ store }) => {
    const definition = createDefinition()
    await store.saveDefinition(definition)
    await store.saveDefinition({ ...definition, source: 'other' })
    assert.equal(await store.loadDefinition(definition.hash), definition)
    assert.is(await store.loadDefinition('unknown'), undefined)
  })

  test('a blob is kept under its SHA-256, once', async ({ store }) => {
    for (const bytes of [new Uint8Array(), new Uint8Array([0, 255]), new Uint8Array(randomBytes(200_000))]) {
      const copy = bytes.slice()
      const hash = store.putBlob(bytes)
      bytes.fill(1)
      assert.is(await hash, hashBytes(copy))
      assert.is(await store.putBlob(copy), hashBytes(copy))
      assert.equal(await store.getBlob(hashBytes(copy)), copy)
    }
    assert.is(await store.getBlob('unknown'), undefined)
  })
}
