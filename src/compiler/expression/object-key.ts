import type { JsonValue } from '../../core/json.ts'
import { describeValue, fail } from './evaluation.ts'

/** The key of an entry that an expression builds. @throws ExpressionFailure if it isn't text, or if no object can have it. */
export const toKey = (key: JsonValue, position?: number): string => {
  if (typeof key !== 'string') return fail(`a key of an object must be text, got ${describeValue(key)}`, position)
  return key === '__proto__' ? fail("'__proto__' can't be a key", position) : key
}
