import { hasBrand } from './brand.ts'

const BRAND = Symbol.for('troupe.defect')

/** Reports a broken invariant. `message` starts with the invariant's number (`J3: …`). Only the host catches it, and fails the run. */
export class Defect extends Error {
  readonly [BRAND] = true

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'Defect'
  }
}

export const isDefect = (value: unknown): value is Defect => hasBrand(value, BRAND)
