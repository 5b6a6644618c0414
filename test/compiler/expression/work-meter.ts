/**
 * Counts the work of evaluations, without a clock: each builtin that reads or builds characters or elements is replaced for the time of
 * one measure, and adds what it works on. A unit is a character that the engine reads at full speed; what takes longer weighs more.
 */
import { Hash } from 'node:crypto'
import { Evaluation } from '../../../src/compiler/expression/evaluation.ts'

export interface Measure {
  units: number
  /** Visits that were charged. */
  visits: number
}

const counted: Measure = { units: 0, visits: 0 }

/** Computes the units of a call, from its receiver, arguments and result. */
type Weigh = (self: unknown, args: readonly unknown[], result: unknown) => number

const lengthOf = (value: unknown): number => {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length
  return typeof value === 'object' && value !== null ? OBJECT_KEYS(value).length : 0
}

const OBJECT_KEYS = Object.keys

const each =
  (units: number): Weigh =>
  () =>
    units
const perSelf =
  (units: number): Weigh =>
  (self) =>
    CALL + units * lengthOf(self)
const perFirst =
  (units: number): Weigh =>
  (_, [first]) =>
    CALL + units * lengthOf(first)
const perResult =
  (units: number): Weigh =>
  (_, __, result) =>
    CALL + units * lengthOf(result)

/** A call of a builtin with hardly any work. */
const CALL = 8
const CHARACTER = 4
const ELEMENT = 16
const COMPARISON = 32

/** The engine compares a part at each place, character by character, if it is longer than one. */
const search: Weigh = (self, [part, from = 0], result) => {
  if (typeof part !== 'string') return 0
  const end = typeof result === 'number' && result >= 0 ? result : lengthOf(self)
  return CALL + Math.abs(end - Number(from)) * Math.max(1, part.length)
}
const searchAll: Weigh = (self, [part]) =>
  typeof part === 'string' ? CALL + lengthOf(self) * Math.max(1, part.length) * ELEMENT : 0

/** An expression is tried from each place up to its match; a counted repeat at each place again, unless it is tied to a start. */
const match: Weigh = (self, [text], result) => {
  if (!(self instanceof RegExp)) return 0
  // A sticky expression is tried at one place.
  if (self.sticky && result === null) return 0
  const end = Array.isArray(result) ? Number(Reflect.get(result, 'index')) + lengthOf(result[0]) : lengthOf(text)
  const repeats = self.source.startsWith('^') || self.source.includes('(?<!') ? null : /\{(\d+)/.exec(self.source)
  return 2 * COMPARISON + end * Math.max(1, Number(repeats?.[1] ?? 1))
}

const STRING: Record<string, Weigh> = {
  charCodeAt: each(CHARACTER),
  codePointAt: each(CHARACTER),
  charAt: each(CHARACTER),
  at: each(CHARACTER),
  slice: each(CALL),
  substring: each(CALL),
  indexOf: search,
  includes: (self, args) => search(self, args, -1),
  lastIndexOf: (self, [part]) => search(self, [part], -1),
  split: searchAll,
  replaceAll: searchAll,
  replace: (self, [part]) => (typeof part === 'string' ? search(self, [part], -1) : 0),
  startsWith: perFirst(1),
  endsWith: perFirst(1),
  trim: perSelf(1),
  trimEnd: perSelf(1),
  trimStart: perSelf(1),
  repeat: perResult(1),
  padStart: perResult(1),
  padEnd: perResult(1),
  toLowerCase: perSelf(8),
  toUpperCase: perSelf(8),
  normalize: perSelf(32),
  localeCompare: perSelf(32),
}

const ARRAY: Record<string, Weigh> = {
  join: (self, _, result) => ELEMENT * lengthOf(self) + lengthOf(result),
  ...Object.fromEntries(
    'map filter reduce some every find findIndex forEach flatMap flat includes indexOf slice concat reverse'
      .split(' ')
      .map((name) => [name, perSelf(ELEMENT)]),
  ),
}

const PATCHES: [owner: object, methods: Record<string, Weigh>][] = [
  [String.prototype, STRING],
  [Array.prototype, ARRAY],
  [RegExp.prototype, { exec: match }],
  [JSON, { parse: perFirst(8), stringify: perResult(4) }],
  [Object, Object.fromEntries(['keys', 'values', 'entries'].map((name) => [name, perFirst(ELEMENT)]))],
  [Object, { fromEntries: perResult(ELEMENT) }],
  [Array, { from: perResult(ELEMENT) }],
  [Buffer, { from: perResult(2) }],
  [Buffer.prototype, { toString: perResult(2) }],
  [TextDecoder.prototype, { decode: perFirst(4) }],
  [Hash.prototype, { update: perFirst(4) }],
]

/** Runs a function, and returns the work and the charges of its evaluations. */
export const measureWork = (run: () => void): Measure => {
  const restores = PATCHES.flatMap(([owner, methods]) =>
    Object.entries(methods).map(([name, weigh]) => ({ owner, name, weigh, original: Reflect.get(owner, name) })),
  )
  const { charge } = Evaluation.prototype
  counted.units = 0
  counted.visits = 0
  Evaluation.prototype.charge = function (visits) {
    counted.visits += visits
    charge.call(this, visits)
  }
  for (const { owner, name, weigh, original } of restores) Reflect.set(owner, name, weighed(original, weigh))
  try {
    run()
  } finally {
    for (const { owner, name, original } of restores) Reflect.set(owner, name, original)
    Evaluation.prototype.charge = charge
  }
  return { ...counted }
}

const weighed = (original: (...args: unknown[]) => unknown, weigh: Weigh) =>
  function (this: unknown, ...args: unknown[]): unknown {
    // An expression that reads on begins where it ended the last time.
    const skipped = this instanceof RegExp && (this.global || this.sticky) ? this.lastIndex : 0
    const result = Reflect.apply(original, this, args)
    if (isWeighing) return result
    isWeighing = true
    counted.units += Math.max(0, weigh(this, args, result) - skipped)
    isWeighing = false
    return result
  }

/** The meter's own calls of builtins count for nothing. */
let isWeighing = false
