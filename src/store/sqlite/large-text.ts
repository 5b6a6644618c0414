import { hashBytes } from '../../core/hash.ts'
import type { JsonValue } from '../../core/json.ts'
import { LIMITS } from '../../core/limits.ts'
import { StoreError } from '../store-error.ts'

/** Bytes of UTF-8. Longer JSON text is stored once under its hash, and the row holds the hash. */
export const LARGE_TEXT_BYTES = LIMITS.inline.most

/** Prefix of a hash. JSON text never begins with it. */
const MARK = '@'

export interface LargeText {
  hash: string
  bytes: Uint8Array
}

/** Returns the text for the row of a value, and adds the large text that it refers to to `large`. */
export const packJson = (value: JsonValue, large: LargeText[]): string => {
  const text = JSON.stringify(value) ?? 'null'
  // A UTF-16 unit takes at most three bytes, so that only long texts need counting.
  if (text.length * 3 <= LARGE_TEXT_BYTES || Buffer.byteLength(text) <= LARGE_TEXT_BYTES) return text
  const bytes = Buffer.from(text)
  const hash = hashBytes(bytes)
  large.push({ hash, bytes })
  return MARK + hash
}

/** Inverse of `packJson`; `readBlob` returns the bytes of a hash. @throws StoreError `corrupt` */
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
