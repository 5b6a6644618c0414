import type { JsonValue } from './json.ts'

interface Size {
  elements: number
  text: number
}

/** Keeps measures of values. Values are immutable, so a measure holds as long as its value. */
const measured = new WeakMap<object, Size>()

/** Values with fewer parts are measured each time, which costs a tenth of keeping the measure. */
const WORTH_KEEPING = 16

/** Parts that were visited so far, to know how many one measure took. Parts with a kept measure don't count. */
let looks = 0

/**
 * Counts the elements of a value: itself, and its parts at every place where they stand. A value with shared parts is small in memory
 * and may be vast as text, and text is what counts. Each part is visited once, however often it is shared.
 */
export const countElements = (value: JsonValue): number =>
  typeof value === 'object' && value !== null ? measure(value).elements : 1

/**
 * Counts the characters of a value's JSON text, except for escapes and the digits of fractions. Each part is measured once; for a list
 * that grows by `joinLists`, only added items are. Infinite for a value that is nested too deeply to be walked.
 */
export const sizeOf = (value: JsonValue): number => {
  if (typeof value !== 'object' || value === null) return scalarSize(value)
  try {
    return measure(value).text
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY
    throw error
  }
}

const measure = (value: JsonValue[] | { [key: string]: JsonValue }): Size => {
  const known = measured.get(value)
  if (known !== undefined) return known
  const before = looks
  const size = { elements: 1, text: 1 }
  if (Array.isArray(value)) addItems(size, value)
  else addFields(size, value)
  if (looks - before >= WORTH_KEEPING) measured.set(value, size)
  return size
}

/** Iterates by index, and makes no call for empty items, as lists may be long. */
const addItems = (size: Size, items: readonly JsonValue[]): void => {
  looks += items.length
  for (let at = 0; at < items.length; at++) addPart(size, items[at])
}

/** Counts quotes and colons too. */
const addFields = (size: Size, value: { [key: string]: JsonValue }): void => {
  for (const key of Object.keys(value)) {
    looks += 1
    size.text += key.length + 3
    addPart(size, value[key])
  }
}

const addPart = (size: Size, part: JsonValue | undefined): void => {
  if (typeof part === 'object' && part !== null) {
    const { elements, text } = measure(part)
    size.elements += elements
    size.text += text + 1
  } else {
    size.elements += 1
    size.text += scalarSize(part) + 1
  }
}

/** Counts a fraction as 17 digits, since writing one costs more than the rest of a measure. */
const FRACTION_SIZE = 18

const scalarSize = (value: JsonValue | undefined): number => {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'number') return 4
  if (!Number.isInteger(value)) return FRACTION_SIZE
  const digits = Math.abs(value) < 10 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1
  return Math.min(FRACTION_SIZE, digits) + (value < 0 ? 1 : 0)
}

/** Joins two lists. The measure of a growing list is not made anew each time. */
export const joinLists = (first: JsonValue[], second: JsonValue[]): JsonValue[] => {
  const joined = first.concat(second)
  const known = measured.get(first)
  if (known === undefined) return joined
  const size = { ...known }
  addItems(size, second)
  measured.set(joined, size)
  return joined
}
