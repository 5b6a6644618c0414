/** Reads one vector as servers send it, and brings it to the norm 1, so that the product of two vectors is their nearness. */
import type { JsonValue } from '../../core/json.ts'

export type ReadVector = { vector: number[] } | VectorFlaw

export interface VectorFlaw {
  problem: string
  /** Code of the fault. Default: `invalid_output`. */
  code?: string
}

export const readVector = (value: JsonValue | undefined): ReadVector => {
  const numbers = typeof value === 'string' ? decodeFloats(value) : value
  if (!Array.isArray(numbers)) return { problem: 'it holds no numbers' }
  if (numbers.length === 0) return { problem: 'it is empty' }
  let norm = 0
  for (const [place, one] of numbers.entries()) {
    if (typeof one !== 'number' || !Number.isFinite(one))
      return { problem: `its number ${place + 1} is ${typeof one === 'number' ? String(one) : JSON.stringify(one)}` }
    if (Math.abs(one) > Number.MAX_SAFE_INTEGER)
      return { problem: `its number ${place + 1} is ${one}, which would lose digits`, code: 'unsafe_number' }
    norm = Math.hypot(norm, one)
  }
  if (norm === 0) return { problem: 'it holds zeros alone' }
  return { vector: numbers.map((one) => Number(one) / norm) }
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Decodes 32-bit floats, little end first. Undefined: the text holds none, or was cut. */
const decodeFloats = (text: string): number[] | undefined => {
  const bytes = Buffer.from(text, 'base64')
  if (!BASE64.test(text) || text.length % 4 !== 0 || bytes.length % 4 !== 0) return undefined
  return Array.from({ length: bytes.length / 4 }, (_, place) => bytes.readFloatLE(place * 4))
}
