/**
 * Deletes blobs that nothing refers to: marks what is referred to, in steps, then deletes the rest. A blob that is put while
 * this goes on, or was a short time before, is too young to be deleted (SweepRule.at).
 */
import { BLOB_GRACE_MS } from '../../maintenance.ts'
import { findBlobHashes } from '../../run-bundle.ts'
import type { Connection } from '../connection.ts'
import { TEXT_COLUMNS } from './check-content.ts'
import type { MaintainedStore } from './maintained-store.ts'

const TEXTS_A_STEP = 5_000
const BLOBS_A_STEP = 20

export const sweepBlobs = async (
  { connection, queue }: MaintainedStore,
  at: number,
): Promise<{ blobs: number; blobBytes: number }> => {
  const before = at - BLOB_GRACE_MS
  const unmarked = new Set(await queue.read(() => listOld(connection, before)))
  const large = new Set<string>()
  const mark = (text: string): void => {
    if (text.startsWith('@')) large.add(text.slice(1))
    else for (const hash of findBlobHashes(text)) unmarked.delete(hash)
  }
  for (const [table, column] of TEXT_COLUMNS)
    if (unmarked.size > 0) await readTexts({ connection, queue }, { table, column, mark })
  for (const hash of large) {
    unmarked.delete(hash)
    if (unmarked.size > 0) mark(await queue.read(() => readLarge(connection, hash)))
  }
  return deleteBlobs({ connection, queue }, { hashes: [...unmarked], before })
}

type Source = Pick<MaintainedStore, 'connection' | 'queue'>

const listOld = (db: Connection, before: number): string[] =>
  db.prepare<[before: number], string>('select hash from blob where coalesce(put_at, 0) < ?').pluck().all(before)

/** A large text may refer to blobs in its turn. */
const readLarge = (db: Connection, hash: string): string =>
  db.prepare<[hash: string], string>('select cast(bytes as text) from blob where hash = ?').pluck().get(hash) ?? ''

/** Those texts of a column in which a blob may stand. A table without a key is small, and read at once. */
const readTexts = async (
  { connection, queue }: Source,
  { table, column, mark }: { table: string; column: string; mark: (text: string) => void },
): Promise<void> => {
  const text = `case when substr(${column}, 1, 1) = '@' or instr(${column}, '"$blob"') > 0 then ${column} end as text`
  if (table === 'approval') {
    const all = connection.prepare<[], { text: string | null }>(`select ${text} from approval`)
    for (const found of await queue.read(() => all.all())) if (found.text !== null) mark(found.text)
    return
  }
  const some = connection.prepare<[after: number, limit: number], { key: number; text: string | null }>(
    `select key, ${text} from ${table} where key > ? order by key limit ?`,
  )
  for (let after = 0; ; ) {
    const found = await queue.read(() => some.all(after, TEXTS_A_STEP))
    for (const row of found) if (row.text !== null) mark(row.text)
    const last = found.at(-1)
    if (last === undefined) return
    after = last.key
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const deleteBlobs = async (
  { connection, queue }: Source,
  { hashes, before }: { hashes: string[]; before: number },
): Promise<{ blobs: number; blobBytes: number }> => {
  const remove = connection.prepare<[hash: string, before: number], { bytes: number }>(
    'delete from blob where hash = ? and coalesce(put_at, 0) < ? returning length(bytes) as bytes',
  )
  const swept = { blobs: 0, blobBytes: 0 }
  while (hashes.length > 0) {
    const some = hashes.splice(0, BLOBS_A_STEP)
    const removed = await queue.change(() => some.flatMap((hash) => remove.get(hash, before) ?? []))
    swept.blobs += removed.length
    for (const { bytes } of removed) swept.blobBytes += bytes
  }
  return swept
}
