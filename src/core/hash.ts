import { createHash } from 'node:crypto'
import { toCanonicalJson } from './json.ts'

/** Computes the SHA-256 of bytes or UTF-8 text, as 64 lower-case hex digits. */
export const hashBytes = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Computes the SHA-256 of a value's canonical JSON: equal values have equal hashes, whatever the order of their keys. */
export const hashJson = (value: unknown): string => hashBytes(toCanonicalJson(value))
