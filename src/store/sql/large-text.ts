import { hashBytes } from '../../core/hash.ts'
import { type JsonValue, tryParseJson } from '../../core/json.ts'
import { LIMITS } from '../../core/limits.ts'
import { StoreError } from '../store-error.ts'
import { cut } from './damaged-rows.ts'

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
  if (!text.startsWith(MARK)) return parse(text)
  const hash = text.slice(MARK.length)
  const bytes = readBlob(hash)
  if (bytes === undefined)
    throw new StoreError('corrupt', `blob '${hash}' is missing: expected it beside the row that names it`)
  return parse(expectOwnBytes(hash, bytes).toString())
}

const parse = (text: string): JsonValue => {
  const value = tryParseJson(text)
  if (value !== undefined) return value
  throw new StoreError('corrupt', `the text '${cut(text)}' is not JSON`)
}

/** Returns the bytes. @throws StoreError `corrupt` when they are not those that the hash names */
export const expectOwnBytes = <Bytes extends Uint8Array>(hash: string, bytes: Bytes): Bytes => {
  if (!(bytes instanceof Uint8Array)) throw new StoreError('corrupt', `blob '${hash}' has no bytes`)
  const found = hashBytes(bytes)
  if (found === hash) return bytes
  throw new StoreError('corrupt', `the bytes of blob '${hash}' were changed: they have the hash '${found}'`, {
    hint: 'restore the database from a backup: troupe db restore FILE',
  })
}
