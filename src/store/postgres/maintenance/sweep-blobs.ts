/**
 * Deletes unreferenced blobs: marks the referenced ones in steps, then deletes the rest. A blob that is put during the sweep or a
 * short time before is too young to be deleted (SweepRule.at).
 */
import { BLOB_GRACE_MS } from '../../maintenance.ts'
import { ROWS_PER_RUN } from '../../sql/journal-key.ts'
import { type BlobSweep, findUnusedBlobs, sumBlobs, type TextColumn } from '../../sql/unused-blobs.ts'
import { sql } from '../session.ts'
import type { StoreConnections } from '../store-connections.ts'

const TEXTS_A_STEP = 5_000
const BLOBS_A_STEP = 20

export const sweepBlobs = async (
  db: StoreConnections,
  { at, gone, isDryRun, signal }: BlobSweep,
): Promise<{ blobs: number; blobBytes: number }> => {
  const before = at - BLOB_GRACE_MS
  const old = await db.read((session) => session.all(SQL.listOld, [before]))
  const unused = await findUnusedBlobs({
    old: old.map(({ hash, bytes }) => [hash, bytes]),
    readTexts: (column, mark) => readTexts(db, { column, gone, mark, signal }),
    async readLarge(hash) {
      const bytes = await db.readBlob(hash)
      return bytes && Buffer.from(bytes).toString()
    },
    signal,
  })
  return isDryRun ? sumBlobs(unused) : deleteBlobs(db, { hashes: [...unused.keys()], before, signal })
}

interface MarkedColumn {
  column: TextColumn
  gone: ReadonlySet<number>
  mark(text: string): void
  signal: AbortSignal | undefined
}

/** Reads the texts of a column that may refer to blobs. A table without a key is small, and read at once. */
const readTexts = async (
  db: StoreConnections,
  { column: [table, column], gone, mark, signal }: MarkedColumn,
): Promise<void> => {
  const run = `${table === 'journal' ? `key / ${ROWS_PER_RUN}` : table === 'run' ? 'key' : 'run'} as run`
  const key = table === 'approval' ? '0' : 'key'
  const query = sql<{ key: number; run: number; text: string }>(
    `select ${key} as key, ${run}, ${column} as text from ${table}
     where (left(${column}, 1) = '@' or strpos(${column}, '"$blob"') > 0) and ${key} >= $1::bigint order by 1 limit $2`,
  )
  for (let from = 0; signal?.aborted !== true; ) {
    const limit = table === 'approval' ? Number.MAX_SAFE_INTEGER : TEXTS_A_STEP
    const found = await db.read((session) => session.all(query, [from, limit]))
    for (const row of found) if (!gone.has(row.run)) mark(row.text)
    const last = found.at(-1)
    if (last === undefined || table === 'approval') return
    from = last.key + 1
  }
}

const deleteBlobs = async (
  db: StoreConnections,
  { hashes, before, signal }: { hashes: string[]; before: number; signal: AbortSignal | undefined },
): Promise<{ blobs: number; blobBytes: number }> => {
  const swept = { blobs: 0, blobBytes: 0 }
  while (hashes.length > 0 && signal?.aborted !== true) {
    const values = [hashes.splice(0, BLOBS_A_STEP), before]
    const removed = await db.change({ query: SQL.remove, values, toResult: (rows) => rows })
    swept.blobs += removed.length
    for (const { bytes } of removed) swept.blobBytes += bytes
  }
  return swept
}

const SQL = {
  listOld: sql<{ hash: string; bytes: number }>(
    'select hash, length(bytes) as bytes from blob where coalesce(put_at, 0) < $1',
  ),
  remove: sql<{ bytes: number }>(
    'delete from blob where hash = any($1::text[]) and coalesce(put_at, 0) < $2 returning length(bytes) as bytes',
  ),
} as const
