import { Fault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import { formatSize } from '../../../core/size.ts'

const MAX_BYTES = 10 * 1024 ** 2

/** @throws Fault `too_large` above 10 MB. */
const assertWritable = (bytes: Buffer, path: string): Buffer => {
  if (bytes.length <= MAX_BYTES) return bytes
  throw new Fault('too_large', `the content for '${path}' is too large: expected at most ${formatSize(MAX_BYTES)}`, {
    details: { path, max_bytes: MAX_BYTES },
  })
}

/** Keeps text, and writes any other value as indented JSON. */
export const toFileBytes = (content: JsonValue, { path, as }: { path: string; as: 'text' | 'base64' }): Buffer => {
  if (typeof content !== 'string') return assertWritable(Buffer.from(`${JSON.stringify(content, null, 2)}\n`), path)
  if (as === 'text') return assertWritable(Buffer.from(content), path)
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content))
    throw new Fault('invalid_input', `the content for '${path}' is not base64`, { details: { path } })
  return assertWritable(Buffer.from(content, 'base64'), path)
}

/** Keeps text, and writes any other value as one line of JSON. */
export const toAppendedBytes = (content: JsonValue, path: string): Buffer =>
  assertWritable(Buffer.from(typeof content === 'string' ? content : `${JSON.stringify(content)}\n`), path)
