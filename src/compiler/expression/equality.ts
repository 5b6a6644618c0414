import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { textWork, type Work } from './evaluation.ts'

/** Deep equality of JSON values; the order of an object's keys does not count. */
export const isEqual = (a: JsonValue, b: JsonValue, work: Work): boolean => {
  if (typeof a !== 'object' || a === null) return areScalarsEqual(a, b, work)
  if (a === b) return true
  if (typeof b !== 'object' || b === null) return false
  work.charge(1)
  if (Array.isArray(a)) return Array.isArray(b) && areListsEqual(a, b, work)
  return isJsonObject(b) && areObjectsEqual(a, b, work)
}

const areScalarsEqual = (a: string | number | boolean | null, b: JsonValue, work: Work): boolean => {
  if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) work.charge(textWork(a.length))
  return a === b
}

const areListsEqual = (a: JsonValue[], b: JsonValue[], work: Work): boolean => {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) {
    work.charge(1)
    if (!isEqual(a[at] ?? null, b[at] ?? null, work)) return false
  }
  return true
}

const areObjectsEqual = (a: { [key: string]: JsonValue }, b: { [key: string]: JsonValue }, work: Work): boolean => {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    work.charge(1)
    if (!Object.hasOwn(b, key) || !isEqual(a[key] ?? null, b[key] ?? null, work)) return false
  }
  return true
}
