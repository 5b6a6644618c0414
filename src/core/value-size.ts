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
  let count = 1
  for (const item of Array.isArray(value) ? value : Object.values(value)) count += countElements(item)
  counted.set(value, count)
  return count
}
