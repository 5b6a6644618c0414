import { createMemoryStore } from '../../src/store/memory-store.ts'
import { LEASE_MS } from '../../src/store/store.ts'
import { type StoreSubject, storeContract } from '../contract/store.ts'

const openSubject = async (): Promise<StoreSubject> => {
  let ahead = 0
  const store = createMemoryStore({ now: () => Date.now() + ahead })
  const expireLeases = async (): Promise<void> => {
    ahead += LEASE_MS + 1
  }
  return { store, expireLeases, reopen: async () => createMemoryStore(), dispose: () => store.close() }
}

storeContract('SQLite in memory', openSubject, { forgets: 'a store in memory ends with its process' })
