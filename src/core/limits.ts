/**
 * All limits on size and length. The code that keeps a limit reads it here, and docs/operations.md prints them.
 *
 * Bytes of JSON values count the characters of their JSON text (`sizeOf` in value-size.ts), which is known for a growing value without
 * writing it again.
 */
import { Fault, type FaultData } from './fault.ts'
import { formatSize } from './size.ts'

export interface Limit {
  /** The name in the details of a fault. */
  name: string
  /** The limited thing. */
  what: string
  unit: 'bytes' | 'rows' | 'events'
  /** Beyond it the run writes one note into the journal. */
  warnsAt?: number
  most: number
  /** The effect of exceeding it. */
  beyond: string
}

const KB = 1024
const MB = 1024 ** 2

export const LIMITS = {
  inline: {
    name: 'inline',
    what: 'a value in a row of the database',
    unit: 'bytes',
    most: 64 * KB,
    beyond: 'it is kept once, beside the rows, by its hash',
  },
  payload: {
    name: 'payload',
    what: 'what an actor returns: the output of one step',
    unit: 'bytes',
    most: 64 * MB,
    beyond: 'the step fails with `too_large`',
  },
  blob: {
    name: 'blob',
    what: 'a file that a tool returns as a blob',
    unit: 'bytes',
    most: 64 * MB,
    beyond: 'the step fails with `too_large`',
  },
  context: {
    name: 'context',
    what: 'the state of a run: its input, and the last output of each step outside of foreach items',
    unit: 'bytes',
    warnsAt: MB,
    most: 8 * MB,
    beyond: 'the run fails with `too_large`; an input that large is refused before there is a run',
  },
  journal: {
    name: 'journal',
    what: 'the journal of a run, without the rows of foreach items',
    unit: 'rows',
    warnsAt: 10_000,
    most: 50_000,
    beyond: 'the run fails with `too_large`; `limits.steps` above this number raises it to that number',
  },
  event: {
    name: 'event',
    what: 'the data of one event that a run emits or is sent',
    unit: 'bytes',
    most: MB,
    beyond: '`emit` fails with `too_large`; a signal is refused',
  },
  line: {
    name: 'line',
    what: 'a line, or a row of CSV, in a file that a foreach reads',
    unit: 'bytes',
    most: MB,
    beyond: 'the item fails with `too_large`',
  },
  form: {
    name: 'form',
    what: 'what a person fills into the form of an approval, with the comment',
    unit: 'bytes',
    most: MB,
    beyond: 'the decision is refused',
  },
  kept_events: {
    name: 'kept_events',
    what: 'events of one name that a run keeps for a wait to come',
    unit: 'events',
    most: 1_000,
    beyond: 'later ones are noted in the journal and dropped',
  },
} as const satisfies Record<string, Limit>

/** The limits that end a run when they are exceeded. */
export type BoundName = Extract<keyof typeof LIMITS, 'journal' | 'context'>

/** Formats a limit: `8 MB` or `50,000 rows`. */
export const formatLimit = (amount: number, { unit }: Pick<Limit, 'unit'>): string =>
  unit === 'bytes' && Number.isFinite(amount) ? formatSize(amount).replace('.0 ', ' ') : formatExactly(amount, unit)

const formatExactly = (amount: number, unit: Limit['unit']): string =>
  `${String(amount).replaceAll(/\B(?=(\d{3})+$)/g, ',')} ${unit}`

/** Makes the fault for a value beyond a limit. @param subject The value's name. */
export const exceeds = (limit: Limit, { subject, amount, most = limit.most }: Exceeding): FaultData => {
  const got = formatLimit(amount, limit)
  const expected = formatLimit(most, limit)
  // A rounded value just beyond the limit would look equal to it.
  const exact = got === expected ? formatExactly(amount, limit.unit) : got
  return {
    code: 'too_large',
    message: `${subject} is too large: expected at most ${expected}, got ${exact}`,
    retryable: false,
    // Infinity is not JSON: the value is nested too deeply to be measured.
    details: { limit: limit.name, [limit.unit]: Number.isFinite(amount) ? amount : null, allowed: most },
  }
}

export interface Exceeding {
  subject: string
  amount: number
  /** The limit where it was raised. */
  most?: number
}

/** @throws Fault `too_large` */
export const expectWithin = (limit: Limit, exceeding: Exceeding): void => {
  if (exceeding.amount <= limit.most) return
  const { message, details } = exceeds(limit, exceeding)
  throw new Fault('too_large', message, details === undefined ? {} : { details })
}
