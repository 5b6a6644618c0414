import { hasBrand } from './brand.ts'
import type { JsonObject, JsonValue } from './json.ts'

/** All fault codes that Troupe raises. A `fail` step may add codes of its own. docs/errors.md documents them. */
export const FAULT_CODES = [
  'timeout',
  'rate_limited',
  'unavailable',
  'unauthorized',
  'address_blocked',
  'invalid_input',
  'invalid_output',
  'unsafe_number',
  'tool_failed',
  'code_failed',
  'sandbox_limit',
  'sandbox_unavailable',
  'agent_lost',
  'no_agent',
  'outcome_unknown',
  'expression_failed',
  'loop_exhausted',
  'visits_exhausted',
  'join_failed',
  'turns_exhausted',
  'refused',
  'child_cancelled',
  'child_budget_exceeded',
  'rejected',
  'not_found',
  'conflict',
  'too_large',
  'budget_exceeded',
  'defect',
] as const

export type FaultCode = (typeof FAULT_CODES)[number]

/** Codes that end the run. No `on_error` or `retry.on` may name them. */
export const UNMATCHABLE_FAULT_CODES: readonly string[] = ['budget_exceeded', 'defect'] satisfies FaultCode[]

/** True for a code that `on_error` and `retry.on` may name. A cancel is no fault. */
export const isMatchable = (code: string): boolean => code !== 'cancelled' && !UNMATCHABLE_FAULT_CODES.includes(code)

/** Form of a code. */
export const FAULT_CODE_PATTERN = /^[a-z][a-z0-9_]*$/

/** A fault as journal rows, wires and `steps.<id>.error` hold it. */
export type FaultData = {
  code: string
  message: string
  /** True: the same call may succeed later. `retry` heeds it. */
  retryable: boolean
  details?: JsonObject
}

export interface FaultOptions {
  retryable?: boolean
  details?: JsonObject
  cause?: unknown
}

const BRAND = Symbol.for('troupe.fault')

/** An error that crosses an actor, process or wire border: a code to match, a message for people, JSON-safe details. */
export class Fault extends Error {
  readonly [BRAND] = true
  readonly code: FaultCode | (string & {})
  readonly retryable: boolean
  readonly details: JsonObject | undefined

  constructor(code: FaultCode | (string & {}), message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.retryable = options.retryable ?? false
    this.details = options.details
  }
}

export const isFault = (value: unknown): value is Fault => hasBrand(value, BRAND)

export const toFaultData = (fault: Fault): FaultData => ({
  code: fault.code,
  message: fault.message,
  retryable: fault.retryable,
  ...(fault.details === undefined ? {} : { details: fault.details }),
})

/** Reverses `toFaultData`. The stack is the caller's. */
export const toFault = (data: FaultData): Fault =>
  new Fault(data.code, data.message, {
    retryable: data.retryable,
    ...(data.details === undefined ? {} : { details: data.details }),
  })

/** Makes the value of `error` and `steps.<id>.error` in expressions. */
export const toErrorValue = (fault: FaultData): JsonValue => ({
  code: fault.code,
  message: fault.message,
  details: fault.details ?? {},
})
