import { hasBrand } from './brand.ts'

const BRAND = Symbol.for('troupe.cancelled')

/** Not a failure: the work was called off. Passes through every catch, is never retried and never matched by `on_error`. */
export class Cancelled extends Error {
  readonly [BRAND] = true

  constructor(reason = 'cancelled') {
    super(reason)
    this.name = 'Cancelled'
  }
}

export const isCancelled = (value: unknown): value is Cancelled => hasBrand(value, BRAND)
