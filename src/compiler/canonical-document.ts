import type { Workflow } from './document.ts'

/** Converts the document to JSON without its places, so that comments, quotes and the order of keys do not change its hash. */
export const toCanonicalDocument = (workflow: Workflow): unknown => strip(workflow)

const PLACES: readonly string[] = ['range', 'kindRange']

/** A field of a type may have one of these names too. */
const isPlace = (key: string, item: unknown): boolean =>
  PLACES.includes(key) && typeof item === 'object' && item !== null && 'start' in item && typeof item.start === 'number'

const strip = (value: unknown): unknown => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, strip(item)]))
  if (Array.isArray(value)) return value.map(strip)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !isPlace(key, item) && typeof item !== 'function')
      .map(([key, item]) => [key, strip(item)]),
  )
}
