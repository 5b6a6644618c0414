/** The order of values: numbers by size, texts by code points, false before true. Other pairs have no order. */
import type { JsonValue } from '../../core/json.ts'

/** Negative, zero or positive; undefined for two values without an order. */
export const compareValues = (a: JsonValue, b: JsonValue): number | undefined => {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  return typeof a === 'boolean' && typeof b === 'boolean' ? Number(a) - Number(b) : undefined
}

/** Long texts are compared in blocks: the engine is faster than a loop, above all before the loop is compiled. */
const BLOCK = 512

const compareTexts = (a: string, b: string): number => {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  let at = 0
  while (at + BLOCK < shorter && a.slice(at, at + BLOCK) === b.slice(at, at + BLOCK)) at += BLOCK
  for (; at < shorter; at++) {
    const unit = a.charCodeAt(at)
    const other = b.charCodeAt(at)
    if (unit !== other) return toRank(unit) - toRank(other)
  }
  return a.length - b.length
}

const FIRST_SURROGATE = 0xd800
const LAST_SURROGATE = 0xdfff
const UNITS = 0x10000

/** Ranks surrogates above all other code units: they belong to the highest code points. */
const toRank = (unit: number): number => (unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE ? unit + UNITS : unit)
