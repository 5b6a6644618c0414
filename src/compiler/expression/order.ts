/** The order of values: numbers by size, texts by code points, false before true. Other pairs have no order. */
import type { JsonValue } from '../../core/json.ts'
import { textWork, type Work } from './evaluation.ts'

/** Negative, zero or positive; undefined for two values without an order. Long texts are charged. */
export const compareValues = (a: JsonValue, b: JsonValue, work: Work): number | undefined => {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') {
    work.charge(textWork(Math.min(a.length, b.length)))
    return compareTexts(a, b)
  }
  return typeof a === 'boolean' && typeof b === 'boolean' ? Number(a) - Number(b) : undefined
}

/** Above this length the engine is faster than a loop, above all before the loop is compiled. */
const LONG = 64

/** Surrogates, and the code units that they precede as code units and follow as code points. */
const HIGH_UNIT = /[\ud800-\uffff]/

const compareTexts = (a: string, b: string): number => {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  if (shorter > LONG && (!HIGH_UNIT.test(a) || !HIGH_UNIT.test(b))) return a < b ? -1 : 1
  for (let at = 0; at < shorter; at++) {
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
