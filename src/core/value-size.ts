import type { JsonValue } from './json.ts'

/** Elements of values that were counted before: values are immutable, so a count holds as long as its value. */
const counted = new WeakMap<object, number>()

/**
 * Elements in a value: itself, and all that is in it, at every place where it stands. A value whose parts are shared is small in
 * memory and may be vast as text, which is why this counts text. Each part is counted once, however often it stands somewhere.
 */
export const countElements = (value: JsonValue): number => {
  if (typeof value !== 'object' || value === null) return 1
  const known = counted.get(value)
  if (known !== undefined) return known
  const count = 1 + (Array.isArray(value) ? sumOf(value) : sumOf(Object.values(value)))
  counted.set(value, count)
  return count
}

/** By index, and without a call for what holds nothing: lists may be long. */
const sumOf = (items: readonly JsonValue[]): number => {
  let sum = 0
  for (let at = 0; at < items.length; at++) {
    const item = items[at]
    sum += typeof item === 'object' && item !== null ? countElements(item) : 1
  }
  return sum
}

/** Two lists as one. A list that grows by what is added to it is not counted anew each time. */
export const joinLists = (first: JsonValue[], second: JsonValue[]): JsonValue[] => {
  const joined = first.concat(second)
  const known = counted.get(first)
  if (known !== undefined) counted.set(joined, known + sumOf(second))
  return joined
}
