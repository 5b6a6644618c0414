import Database from 'better-sqlite3'
import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts'
import { type StoreSubject, storeContract } from '../../contract/store.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const openSubject = async (durability: 'process' | 'power'): Promise<StoreSubject> => {
  const folder = createTempFolder()
  const path = folder.resolve('troupe.db')
  const store = await openSqliteStore({ path, durability })
  const stores = [store]
  return {
    store,
    expireLeases: async () => {
      const other = new Database(path)
      other.exec('update run set lease_until = 0 where lease_until is not null')
      other.close()
    },
    reopen: async () => {
      await store.close()
      const again = await openSqliteStore({ path, durability })
      stores.push(again)
      return again
    },
    dispose: async () => {
      for (const each of stores) await each.close()
      folder.remove()
    },
  }
}

storeContract('SQLite, durable against a killed process', () => openSubject('process'))
storeContract('SQLite, durable against a power cut', () => openSubject('power'))
