import { hasBrand } from '../core/brand.ts'
import { isDefect } from '../core/defect.ts'

const LEASE_LOST = Symbol.for('troupe.lease-lost')
const STORE_ERROR = Symbol.for('troupe.store-error')

/** Another process holds the run (J2). Nothing was written, and this process must let go of the run. */
export class LeaseLost extends Error {
  readonly [LEASE_LOST] = true
  readonly runId: string

  constructor(runId: string) {
    super(`run '${runId}' is held by another process now`)
    this.name = 'LeaseLost'
    this.runId = runId
  }
}

export const isLeaseLost = (value: unknown): value is LeaseLost => hasBrand(value, LEASE_LOST)

export type StoreErrorCode = 'unreadable' | 'corrupt' | 'too_new' | 'disk_full' | 'busy' | 'conflict' | 'closed'

/** The database cannot do the call: `message` says why, `hint` how to fix it. */
export class StoreError extends Error {
  readonly [STORE_ERROR] = true
  readonly code: StoreErrorCode
  readonly hint: string | undefined

  constructor(code: StoreErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'StoreError'
    this.code = code
    this.hint = options.hint
  }
}

/** True when the same call may succeed once the disk or the lock is free. Nothing was written, and nothing is lost. */
export const isPassing = (value: unknown): boolean =>
  isStoreError(value) && (value.code === 'disk_full' || value.code === 'busy' || value.code === 'unreadable')

export const isStoreError = (value: unknown): value is StoreError => hasBrand(value, STORE_ERROR)

/** True when the stored content itself can't be decoded. Other rows may be whole. */
export const isDamage = (value: unknown): value is StoreError => isStoreError(value) && value.code === 'corrupt'

/** True for errors of the contract, which say that nothing was written. */
export const isRefusal = (value: unknown): boolean => isLeaseLost(value) || isStoreError(value) || isDefect(value)
