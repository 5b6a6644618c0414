import { Fault } from '../../../core/fault.ts'
import { formatSize } from '../../../core/size.ts'

/** The most that a query may hold at once, its data included, in about bytes of JSON. */
const MAX_WEIGHT = 16 * 1024 ** 2

/**
 * Weighs values by their written form: a list that holds one object twice weighs it twice. So a query that doubles a value in each round
 * (2^40 items after forty rounds, though it takes no memory) is stopped before its value is written. Each object is weighed once, which
 * takes no longer than making it.
 */
export class ValueWeights {
  readonly #known = new WeakMap<object, number>()

  /** @throws Fault `too_large` above 16 MB. */
  check(value: unknown): void {
    if (this.#weigh(value) > MAX_WEIGHT)
      throw new Fault('too_large', `'query' makes a value larger than ${formatSize(MAX_WEIGHT)}`)
  }

  #weigh(value: unknown): number {
    if (typeof value === 'string') return value.length + 2
    if (typeof value !== 'object' || value === null || isLambda(value)) return 1
    const known = this.#known.get(value)
    if (known !== undefined) return known
    let weight = 2
    if (Array.isArray(value)) for (const item of value) weight += this.#weigh(item)
    else for (const [key, item] of Object.entries(value)) weight += key.length + 3 + this.#weigh(item)
    this.#known.set(value, weight)
    return weight
  }
}

/**
 * Recognises a lambda of JSONata, which is an object that holds its scope. A query could make its marks, but no function of this name.
 */
export const isLambda = (value: object): boolean => {
  const { environment } = value as { environment?: { lookup?: unknown } }
  const lookup = environment?.lookup
  return typeof lookup === 'function' && lookup.name === 'lookup'
}
