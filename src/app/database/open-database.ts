import { relative } from 'node:path'
import type { Store } from '../../store/store.ts'
import type { Project } from '../project/project.ts'

/** The store of a project; the code of the other kinds stays unloaded. @throws StoreError */
export const openDatabase = async (
  { database, durability }: Pick<Project, 'database' | 'durability'>,
  { create = true }: { create?: boolean } = {},
): Promise<Store> => {
  if (database.kind === 'memory') return (await import('../../store/memory-store.ts')).createMemoryStore()
  const { openSqliteStore } = await import('../../store/sqlite/open-sqlite-store.ts')
  const way = relative(process.cwd(), database.path)
  // Messages name it as people do.
  const path = way.startsWith('..') ? database.path : way
  return openSqliteStore({ path, durability, migrate: create })
}
