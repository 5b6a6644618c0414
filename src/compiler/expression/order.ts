/** The order of values: numbers by size, texts by code points, false before true. Other pairs have no order. */
import type { JsonValue } from '../../core/json.ts'
import { textWork, type Work } from './evaluation.ts'

/** Negative, zero or positive; undefined for two values without an order. Long texts are charged. */
export const compareValues = (a: JsonValue, b: JsonValue, work: Work): number | undefined => {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') {
    work.charge(textWork(Math.min(a.length, b.length)))
    return compareTexts(a, b, work)
  }
  return typeof a === 'boolean' && typeof b === 'boolean' ? Number(a) - Number(b) : undefined
}

/** Equal characters at the beginning of two texts that are compared for one visit. */
const CHARACTERS_A_VISIT = 512

const compareTexts = (a: string, b: string, work: Work): number => {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  const start = startOfDifference(a, b, shorter)
  work.charge(start / CHARACTERS_A_VISIT)
  for (let at = start; at < shorter; at++) {
    const unit = a.charCodeAt(at)
    const other = b.charCodeAt(at)
    if (unit !== other) return toRank(unit) - toRank(other)
  }
  return a.length - b.length
}

/** Texts up to this length are compared by a loop alone. */
const SHORT = 64

/** A place up to which the texts are equal, near their first difference: halves are compared by the engine, many times faster than a loop. */
const startOfDifference = (a: string, b: string, shorter: number): number => {
  let start = 0
  let end = shorter
  while (end - start > SHORT) {
    const middle = (start + end) >> 1
    if (a.slice(start, middle) === b.slice(start, middle)) start = middle
    else end = middle
  }
  return start
}

const FIRST_SURROGATE = 0xd800
const LAST_SURROGATE = 0xdfff
const UNITS = 0x10000

/** Ranks surrogates above all other code units: they belong to the highest code points. */
const toRank = (unit: number): number => (unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE ? unit + UNITS : unit)
