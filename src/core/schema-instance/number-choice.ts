import { isMultipleOf } from '../decimal.ts'
import type { JsonSchema } from '../json-schema.ts'

/** Enough to reach an integer among multiples such as 0.25. */
const MOST_STEPS = 1000

/** Finds the number nearest to 0 that `type`, the limits and `multipleOf` allow. Undefined when there is none. */
export const chooseNumber = (schema: JsonSchema): number | undefined => {
  const isAllowed = (value: number): boolean => isWithin(value, schema) && isMultiple(value, schema)
  if (isAllowed(0)) return 0
  const { low, high } = findLimits(schema)
  const isPositive = low >= 0
  const limit = isPositive ? low : high
  if (!Number.isFinite(limit)) return undefined
  const step = typeof schema.multipleOf === 'number' ? schema.multipleOf : schema.type === 'integer' ? 1 : undefined
  if (step === undefined) return [limit, (low + high) / 2, limit + (isPositive ? 1 : -1)].find(isAllowed)
  const first = isPositive ? Math.ceil(limit / step) : Math.floor(limit / step)
  for (let count = 0; count <= MOST_STEPS; count++) {
    const value = (first + (isPositive ? count : -count)) * step
    if (isAllowed(value)) return value
  }
  return undefined
}

const toNumber = (limit: unknown, otherwise: number): number => (typeof limit === 'number' ? limit : otherwise)

const findLimits = ({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema) => ({
  low: Math.max(toNumber(minimum, -Infinity), toNumber(exclusiveMinimum, -Infinity)),
  high: Math.min(toNumber(maximum, Infinity), toNumber(exclusiveMaximum, Infinity)),
})

const isWithin = (value: number, { minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): boolean =>
  value >= toNumber(minimum, -Infinity) &&
  value > toNumber(exclusiveMinimum, -Infinity) &&
  value <= toNumber(maximum, Infinity) &&
  value < toNumber(exclusiveMaximum, Infinity)

const isMultiple = (value: number, { type, multipleOf }: JsonSchema): boolean =>
  (type !== 'integer' || Number.isInteger(value)) && (typeof multipleOf !== 'number' || isMultipleOf(value, multipleOf))
