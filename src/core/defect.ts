import { hasBrand } from './brand.ts'

const BRAND = Symbol.for('troupe.defect')

/** A broken invariant of ours. `message` starts with the invariant's number (`J3: …`); only the host catches it, to fail that run. */
export class Defect extends Error {
  readonly [BRAND] = true

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'Defect'
  }
}

export const isDefect = (value: unknown): value is Defect => hasBrand(value, BRAND)
