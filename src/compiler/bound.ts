/**
 * Bounds of a step: `timeout`, `max` of a loop, `concurrency` of a foreach. Each is a number that stands in the file, or text with
 * `${ … }`, which entering the step evaluates once: a block keeps its bounds over its retries.
 */
import { A_DURATION, parseDuration } from '../core/duration.ts'
import type { JsonValue } from '../core/json.ts'
import { NUMBER, STRING, type Type } from './expression/type.ts'
import type { Located, ValueNode } from './value-node.ts'

export type ComputedBound = Extract<ValueNode, { kind: 'expression' | 'template' }>

export type Bound = Located<number> | ComputedBound

export type BoundName = 'timeoutMs' | 'max' | 'concurrency'

/** The bounds of one step that expressions gave. */
export type Bounds = Partial<Record<BoundName, number>>

export const isComputed = (bound: Bound | undefined): bound is ComputedBound => bound !== undefined && 'kind' in bound

/** Undefined where the number is known only in a run. */
export const fixedBound = (bound: Bound | undefined): number | undefined =>
  bound === undefined || isComputed(bound) ? undefined : bound.value

export interface BoundRule {
  /** The key in the file. */
  key: string
  type: Type
  /** Completes messages: `expected ${words}`. */
  words: string
  /** The expression as it would fit, when its type does not. */
  hint(expression: string): string
  /** Undefined for a value that does not fit. */
  read(value: JsonValue): number | undefined
}

const readCount = (value: JsonValue): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined

const COUNT = {
  type: NUMBER,
  words: 'a whole number of at least 1',
  hint: (expression: string) => `write int(${expression})`,
  read: readCount,
}

export const BOUND_RULES: Readonly<Record<BoundName, BoundRule>> = {
  timeoutMs: {
    key: 'timeout',
    type: STRING,
    words: A_DURATION,
    hint: (expression) => `write "\${${expression}}s" for a number of seconds`,
    read: (value) => (typeof value === 'string' ? parseDuration(value.trim()) : undefined),
  },
  max: { key: 'max', ...COUNT },
  concurrency: { key: 'concurrency', ...COUNT },
}
