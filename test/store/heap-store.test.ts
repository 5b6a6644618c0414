import { createHeapStore } from '../../src/store/heap-store.ts'
import { type HostStore, LEASE_MS } from '../../src/store/store.ts'
import { hostStoreContract, type StoreSubject } from '../contract/store.ts'

const openSubject = async (): Promise<StoreSubject<HostStore>> => {
  let ahead = 0
  const store = createHeapStore({ now: () => Date.now() + ahead })
  const expireLeases = async (): Promise<void> => {
    ahead += LEASE_MS + 1
  }
  return { store, expireLeases, reopen: async () => createHeapStore(), dispose: () => store.close() }
}

hostStoreContract('heap', openSubject)
