import { suite } from 'uvu'
import { openPostgresStore } from '../../../src/store/postgres/open-postgres-store.ts'
import { type StoreSubject, storeContract } from '../../contract/store.ts'
import { execute, startPostgres, withoutPostgres } from '../../support/postgres-server.ts'

const openSubject = async (): Promise<StoreSubject> => {
  const server = await startPostgres()
  const url = await server.createDatabase()
  const store = await openPostgresStore({ url })
  const stores = [store]
  return {
    store,
    expireLeases: () => execute(url, 'update run set lease_until = 0 where lease_until is not null'),
    reopen: async () => {
      await store.close()
      const again = await openPostgresStore({ url })
      stores.push(again)
      return again
    },
    dispose: async () => {
      for (const each of stores) await each.close()
      await server.clearDatabase(url)
    },
  }
}

if (withoutPostgres === undefined) storeContract('Postgres', openSubject)
else {
  const test = suite('store contract: Postgres')
  test.skip(withoutPostgres)
  test.run()
}
