import type { Store } from '../store/store.ts'
import type { Project } from './project.ts'

/** The store of a project; the code of the other kinds stays unloaded. @throws StoreError */
export const openDatabase = async (
  { database, durability }: Pick<Project, 'database' | 'durability'>,
  { create = true }: { create?: boolean } = {},
): Promise<Store> => {
  if (database.kind === 'memory') return (await import('../store/memory-store.ts')).createMemoryStore()
  const { openSqliteStore } = await import('../store/sqlite/open-sqlite-store.ts')
  return openSqliteStore({ path: database.path, durability, migrate: create })
}
