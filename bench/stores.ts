import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts'
import type { Store } from '../src/store/store.ts'

export const DURABLE_NOTE = 'durability: process (WAL, synchronous NORMAL)'

/** The file in its folder. */
export const DATABASE = 'bench.db'

export const fileOf = (folder: string): string => join(folder, DATABASE)

/** A folder that is gone afterwards. */
export const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const openDurableStore = (folder: string): Promise<Store> =>
  openSqliteStore({ path: fileOf(folder), durability: 'process' })
