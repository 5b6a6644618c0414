import { hashBytes } from '../../../core/hash.ts'
import { fail } from '../evaluation.ts'
import { STRING } from '../type.ts'
import { type FunctionSource, readWork, textAt } from './function-entry.ts'

const TEXT = { name: 'text', type: STRING } as const

/** In one of its two alphabets, or both. */
const BASE_64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Lengths of what fills up the last four digits, by how many digits stand in it. */
const PADDINGS: readonly (readonly number[])[] = [[0], [], [0, 2], [0, 1]]

const isBase64 = (text: string): boolean => {
  if (!BASE_64.test(text)) return false
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='))
  return PADDINGS[(text.length - padding) % 4]?.includes(padding) === true
}

/** Takes the alphabet of URLs too, as `Buffer` does. */
const decode = (text: string): string => {
  if (!isBase64(text)) return fail('the text is not Base64')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64'))
  } catch {
    return fail('the text holds bytes that are not UTF-8')
  }
}

export const ENCODING_FUNCTIONS: readonly FunctionSource[] = [
  {
    signature: 'base64(text) → string',
    doc: "The text's UTF-8 in Base64.",
    example: "base64('grün') == 'Z3LDvG4='",
    parameters: [TEXT],
    result: STRING,
    work: (args) => 32 * readWork(args),
    evaluate: (args) => Buffer.from(textAt(args, 0)).toString('base64'),
  },
  {
    signature: 'base64_decode(text) → string',
    doc: 'The text whose UTF-8 this is in Base64, with or without `=` at its end, in the alphabet of URLs too; bytes that are not UTF-8 are a fault.',
    example: "base64_decode('Z3LDvG4=') == 'grün'",
    parameters: [TEXT],
    result: STRING,
    work: (args) => 16 * readWork(args),
    evaluate: (args) => decode(textAt(args, 0)),
  },
  {
    signature: 'hash(text) → string',
    doc: "The SHA-256 of the text's UTF-8, in 64 hexadecimal digits. For any other value: `hash(json(value))`.",
    example: "hash('abc').startsWith('ba7816bf8f01cfea')",
    parameters: [TEXT],
    result: STRING,
    work: (args) => 8 * readWork(args),
    evaluate: (args) => hashBytes(textAt(args, 0)),
  },
]
