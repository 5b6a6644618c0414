/**
 * Deletes unreferenced blobs: marks the referenced ones in steps, then deletes the rest. A blob that is put during the sweep or a
 * short time before is too young to be deleted (SweepRule.at).
 */
import { BLOB_GRACE_MS } from '../../maintenance.ts'
import { ROWS_PER_RUN } from '../../sql/journal-key.ts'
import { type BlobSweep, findUnusedBlobs, sumBlobs, type TextColumn } from '../../sql/unused-blobs.ts'
import type { Connection } from '../connection.ts'
import type { MaintainedStore } from './maintained-store.ts'

/** A text has at most 64 KB, most have some hundred bytes: a step takes some milliseconds. */
const TEXTS_A_STEP = 500
const BLOBS_A_STEP = 20
/** A single blob may exceed this. */
const BYTES_A_STEP = 8 * 1024 ** 2

export const sweepBlobs = async (
  { connection, queue }: MaintainedStore,
  { at, gone, isDryRun, signal }: BlobSweep,
): Promise<{ blobs: number; blobBytes: number }> => {
  const before = at - BLOB_GRACE_MS
  const unused = await findUnusedBlobs({
    old: await queue.read(() => listOld(connection, before)),
    readTexts: (column, mark) => readTexts({ connection, queue }, { column, mark, gone, signal }),
    readLarge: (hash) => queue.read(() => readLarge(connection, hash)),
    signal,
  })
  return isDryRun ? sumBlobs(unused) : deleteBlobs({ connection, queue }, { found: [...unused], before, signal })
}

type Source = Pick<MaintainedStore, 'connection' | 'queue'>

/** Lists blobs that are old enough, with their sizes. */
const listOld = (db: Connection, before: number): [hash: string, bytes: number][] =>
  db
    .prepare<[before: number], [string, number]>('select hash, length(bytes) from blob where coalesce(put_at, 0) < ?')
    .raw()
    .all(before)

/** Reads a large text, which may refer to blobs itself. */
const readLarge = (db: Connection, hash: string): string =>
  db.prepare<[hash: string], string>('select cast(bytes as text) from blob where hash = ?').pluck().get(hash) ?? ''

interface MarkedColumn {
  column: TextColumn
  mark: (text: string) => void
  gone: ReadonlySet<number>
  signal: AbortSignal | undefined
}

interface FoundText {
  key: number
  run: number
  text: string | null
}

/** Reads the texts of a column that may refer to blobs. A table without a key is small, and read at once. */
const readTexts = async (
  { connection, queue }: Source,
  { column: [table, column], mark, gone, signal }: MarkedColumn,
): Promise<void> => {
  const text = `case when substr(${column}, 1, 1) = '@' or instr(${column}, '"$blob"') > 0 then ${column} end as text`
  const run = `${table === 'journal' ? `key / ${ROWS_PER_RUN}` : table === 'run' ? 'key' : 'run'} as run`
  const take = (found: FoundText): void => {
    if (found.text !== null && !gone.has(found.run)) mark(found.text)
  }
  if (table === 'approval') {
    const all = connection.prepare<[], FoundText>(`select 0 as key, ${run}, ${text} from approval`)
    for (const found of await queue.read(() => all.all())) take(found)
    return
  }
  const some = connection.prepare<[after: number, limit: number], FoundText>(
    `select key, ${run}, ${text} from ${table} where key > ? order by key limit ?`,
  )
  for (let after = 0; signal?.aborted !== true; ) {
    const found = await queue.read(() => some.all(after, TEXTS_A_STEP))
    for (const row of found) take(row)
    const last = found.at(-1)
    if (last === undefined) return
    after = last.key
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const deleteBlobs = async (
  { connection, queue }: Source,
  {
    found,
    before,
    signal,
  }: { found: [hash: string, bytes: number][]; before: number; signal: AbortSignal | undefined },
): Promise<{ blobs: number; blobBytes: number }> => {
  const remove = connection.prepare<[hash: string, before: number], { bytes: number }>(
    'delete from blob where hash = ? and coalesce(put_at, 0) < ? returning length(bytes) as bytes',
  )
  const swept = { blobs: 0, blobBytes: 0 }
  while (found.length > 0 && signal?.aborted !== true) {
    const some = takeStep(found)
    const removed = await queue.change(() => some.flatMap((hash) => remove.get(hash, before) ?? []))
    swept.blobs += removed.length
    for (const { bytes } of removed) swept.blobBytes += bytes
    await new Promise((resolve) => setImmediate(resolve))
  }
  return swept
}

/** Removes the blobs of one step from the list, at least one. */
const takeStep = (found: [hash: string, bytes: number][]): string[] => {
  let size = 0
  const end = found.findIndex(([, bytes], place) => {
    size += bytes
    return place === BLOBS_A_STEP || (place > 0 && size > BYTES_A_STEP)
  })
  return found.splice(0, end === -1 ? found.length : end).map(([hash]) => hash)
}
