import { hashBytes } from '../../core/hash.ts'
import type { JsonValue } from '../../core/json.ts'
import { LIMITS } from '../../core/limits.ts'
import { StoreError } from '../store-error.ts'

/** Longer JSON text than this (in bytes of UTF-8) is kept once, by its hash, and the row holds the hash. */
export const LARGE_TEXT_BYTES = LIMITS.inline.most

/** Stands before the hash; JSON text never begins with it. */
const MARK = '@'

export interface LargeText {
  hash: string
  bytes: Uint8Array
}

/** The text to put into the row of a value; what it refers to is added to `large`. */
export const packJson = (value: JsonValue, large: LargeText[]): string => {
  const text = JSON.stringify(value) ?? 'null'
  // A UTF-16 unit is at most three bytes, so that only long texts need counting.
  if (text.length * 3 <= LARGE_TEXT_BYTES || Buffer.byteLength(text) <= LARGE_TEXT_BYTES) return text
  const bytes = Buffer.from(text)
  const hash = hashBytes(bytes)
  large.push({ hash, bytes })
  return MARK + hash
}

/** The inverse; `readBlob` gives the bytes of a hash. @throws StoreError `corrupt` */
export const unpackJson = (text: string, readBlob: (hash: string) => Buffer | undefined): JsonValue => {
  if (!text.startsWith(MARK)) return JSON.parse(text)
  const bytes = readBlob(text.slice(MARK.length))
  if (bytes === undefined)
    throw new StoreError(
      'corrupt',
      `blob '${text.slice(MARK.length)}' is missing: expected it beside the row that names it`,
    )
  return JSON.parse(bytes.toString())
}
