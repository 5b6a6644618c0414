import type { JsonValue } from './json.ts'

interface Size {
  elements: number
  text: number
}

/** Of values that were measured before: values are immutable, so a measure holds as long as its value. */
const measured = new WeakMap<object, Size>()

/** What holds fewer parts is measured anew each time: that costs a tenth of keeping its measure. */
const WORTH_KEEPING = 16

/** Parts that were looked at so far, to know how many one measure took: those whose measure was known don't count. */
let looks = 0

/**
 * Elements in a value: itself, and all that is in it, at every place where it stands. A value whose parts are shared is small in
 * memory and may be vast as text, which is why this counts text. Each part is counted once, however often it stands somewhere.
 */
export const countElements = (value: JsonValue): number =>
  typeof value === 'object' && value !== null ? measure(value).elements : 1

/**
 * Characters of the JSON text of a value, to within those that need an escape and the digits of fractions. Each part is measured once,
 * and a list that grows by `joinLists` by what is added to it. Infinite for a value that is nested too deep to be walked through.
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

/** By index, and without a call for what holds nothing: lists may be long. */
const addItems = (size: Size, items: readonly JsonValue[]): void => {
  looks += items.length
  for (let at = 0; at < items.length; at++) addPart(size, items[at])
}

/** With quotes and colons. */
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

/** A fraction counts as 17 digits, since writing one down costs more than all else here. */
const FRACTION_SIZE = 18

const scalarSize = (value: JsonValue | undefined): number => {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'number') return 4
  if (!Number.isInteger(value)) return FRACTION_SIZE
  const digits = Math.abs(value) < 10 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1
  return Math.min(FRACTION_SIZE, digits) + (value < 0 ? 1 : 0)
}

/** Two lists as one. A list that grows by what is added to it is not measured anew each time. */
export const joinLists = (first: JsonValue[], second: JsonValue[]): JsonValue[] => {
  const joined = first.concat(second)
  const known = measured.get(first)
  if (known === undefined) return joined
  const size = { ...known }
  addItems(size, second)
  measured.set(joined, size)
  return joined
}
