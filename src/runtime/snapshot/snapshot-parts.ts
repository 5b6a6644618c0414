/** Cuts an encoded snapshot into parts, and joins them again. Each part begins with the SHA-256 of the rest. */
import { createHash } from 'node:crypto'
import type { SnapshotPart } from '../../store/snapshot-store.ts'

/** Bytes of a part: so many are written in one transaction, in a millisecond. */
const PART_BYTES = 256 * 1_024
const HASH_BYTES = 32

export interface EncodedSnapshot {
  seq: number
  format: string
  bytes: Uint8Array
  /** Number of values in the bytes, which a reader has to know. */
  values: number
}

const hash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

export const countParts = ({ bytes }: EncodedSnapshot): number => Math.max(1, Math.ceil(bytes.byteLength / PART_BYTES))

export const toPart = ({ seq, format, bytes, values }: EncodedSnapshot, part: number): SnapshotPart => {
  const own = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)
  const parts = Math.max(1, Math.ceil(bytes.byteLength / PART_BYTES))
  return { seq, format: `${values} ${format}`, part, parts, bytes: Buffer.concat([hash(own), own]) }
}

/** Undefined: the snapshot is of another format, or damaged. */
export const joinParts = (parts: readonly SnapshotPart[], format: string): EncodedSnapshot | undefined => {
  const [first] = parts
  const [, values, found] = /^(\d+) (.*)$/.exec(first?.format ?? '') ?? []
  if (first === undefined || found !== format) return undefined
  const joined: Uint8Array[] = []
  for (const { bytes } of parts) {
    const own = bytes.subarray(HASH_BYTES)
    if (!hash(own).equals(bytes.subarray(0, HASH_BYTES))) return undefined
    joined.push(own)
  }
  return { seq: first.seq, format, bytes: Buffer.concat(joined), values: Number(values) }
}
