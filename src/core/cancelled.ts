import { hasBrand } from './brand.ts'

const BRAND = Symbol.for('troupe.cancelled')

/** Ends work that was cancelled, which is not a failure. It passes through every catch; no retry and no `on_error` applies to it. */
export class Cancelled extends Error {
  readonly [BRAND] = true

  constructor(reason = 'cancelled') {
    super(reason)
    this.name = 'Cancelled'
  }
}

export const isCancelled = (value: unknown): value is Cancelled => hasBrand(value, BRAND)
