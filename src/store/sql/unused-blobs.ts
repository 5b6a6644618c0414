/** Finds unreferenced blobs: marks the referenced ones, and leaves the rest. */
import { findBlobHashes } from '../run-bundle.ts'
import { TEXT_COLUMNS } from './tables.ts'

export interface BlobSweep {
  at: number
  /** Keys of runs that count as deleted. */
  gone: ReadonlySet<number>
  isDryRun: boolean
  signal: AbortSignal | undefined
}

export type TextColumn = (typeof TEXT_COLUMNS)[number]

export interface BlobReferences {
  /** Blobs that are old enough, with their sizes. */
  old: Iterable<[hash: string, bytes: number]>
  /** Calls `mark` with each text of a column that may refer to blobs. */
  readTexts(column: TextColumn, mark: (text: string) => void): Promise<void>
  /** Reads a large text, which may refer to blobs itself. Undefined: there is none. */
  readLarge(hash: string): Promise<string | undefined>
  signal: AbortSignal | undefined
}

/** Resolves to the unused blobs, with their sizes. An incomplete scan does not show which are unused: then there are none. */
export const findUnusedBlobs = async ({
  old,
  readTexts,
  readLarge,
  signal,
}: BlobReferences): Promise<Map<string, number>> => {
  const unmarked = new Map(old)
  const large = new Set<string>()
  const mark = (text: string): void => {
    if (text.startsWith('@')) large.add(text.slice(1))
    else for (const hash of findBlobHashes(text)) unmarked.delete(hash)
  }
  for (const column of TEXT_COLUMNS) if (unmarked.size > 0) await readTexts(column, mark)
  for (const hash of large) {
    unmarked.delete(hash)
    const text = unmarked.size > 0 ? await readLarge(hash) : undefined
    if (text !== undefined) mark(text)
  }
  return signal?.aborted === true ? new Map() : unmarked
}

export const sumBlobs = (found: ReadonlyMap<string, number>): { blobs: number; blobBytes: number } => ({
  blobs: found.size,
  blobBytes: [...found.values()].reduce((sum, bytes) => sum + bytes, 0),
})
