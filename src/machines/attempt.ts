/**
 * Supervises one effect: its attempts, the pauses between them, and lost attempts. The machine decides; the effect runner performs,
 * keeps time and writes the notes. It is pure and folded like a workflow's machine: its state names the next move.
 *
 *   performing ──succeeded──▶ succeeded          performing ──failed──▶ backing_off (same actor, or the next) | failed
 *   backing_off ──elapsed──▶ performing          lost ──▶ performing | failed (outcome_unknown)
 *
 * Invariants
 * 1. `retry.max` bounds the failed attempts of each actor of a fallback order; each one has all of its own.
 * 2. Lost attempts do not use up `retry.max`. They have a bound of their own, so that a step cannot kill its process for ever.
 * 3. An actor of a fallback order gives way to the next only for a fault that says nothing about the next.
 * 4. A wait that a server asks for is made only if it ends before each deadline. A long one is not made while another actor is left.
 * 5. The same input and events give the same delays: jitter follows from the seed.
 */

import { assign, setup } from 'xstate'
import { countOf } from '../core/count.ts'
import type { FaultCode, FaultData } from '../core/fault.ts'
import { askedWait, asksForRetry, backoffDelay, type RetryPolicy } from '../core/retry-policy.ts'

export interface AttemptInput {
  retry: RetryPolicy
  onLost: 'retry' | 'fail'
  /** Seeds the jitter: names the effect. */
  seed: string
  /** Attempts of earlier lease holders, by the journal: those that failed, and those with an unknown outcome. */
  failed: number
  lost: number
  /** Number of actors that may perform it, one after the other: the models of a fallback order. */
  choices: number
  /** The actor whose turn it is, from 0, and how many attempts failed before its turn came. */
  choice: number
  before: number
}

export interface AttemptContext extends AttemptInput {
  /** The running or next attempt, from 1. */
  attempt: number
  fault: FaultData | null
  delayMs: number
}

export type AttemptEvent =
  | { type: 'succeeded' }
  /** `refusal`: the fault in place of the wait that a server asks for, which would end behind a deadline. */
  | { type: 'failed'; fault: FaultData; refusal?: FaultData | undefined }
  | { type: 'elapsed' }
  | { type: 'lost' }

/** True when the next attempt is the first one of another model. */
export const hasFallenBack = ({ choice, before, attempt, lost }: AttemptContext): boolean =>
  choice > 0 && before === attempt - lost

/** Attempts that may be lost beyond `retry.max`. */
const LOST_ATTEMPTS_ALLOWED = 2

/** Faults of one model that say nothing about the next. */
const FALLBACK_CODES: readonly string[] = [
  'unavailable',
  'rate_limited',
  'unauthorized',
  'not_found',
  'timeout',
  'too_large',
] satisfies FaultCode[]

const outcomeUnknown = ({ onLost, attempt }: AttemptContext): FaultData => ({
  code: 'outcome_unknown',
  message:
    onLost === 'fail'
      ? 'the process ended during this step, so it is unknown whether the step took effect; it is not done again. Look at what ' +
        'it writes to, then run the workflow anew, or set `key:` or `on_lost: retry` where a second attempt does no harm'
      : `the process ended ${countOf(attempt, 'time')} during this step, so it is not tried again`,
  retryable: false,
  details: { attempts: attempt },
})

/** A longer wait is not made while another actor is left. */
const LONGEST_BEFORE_FALLBACK_MS = 30_000

const wantsRetry = ({ retry, attempt, lost, before }: AttemptContext, fault: FaultData): boolean =>
  asksForRetry(retry, attempt - lost - before, fault)

const fallsBack = ({ choice, choices }: AttemptContext, { code }: FaultData): boolean =>
  choice + 1 < choices && FALLBACK_CODES.includes(code)

export const attemptMachine = setup({
  types: {} as { context: AttemptContext; input: AttemptInput; events: AttemptEvent },
  actions: {
    keepFault: assign(({ event }) => (event.type === 'failed' ? { fault: event.fault } : {})),
    keepRefusal: assign(({ event }) => (event.type === 'failed' && event.refusal ? { fault: event.refusal } : {})),
    giveUp: assign(({ context }) => ({ fault: outcomeUnknown(context) })),
    planBackoff: assign(({ context, event }) => ({
      delayMs: backoffDelay(context.retry, context.attempt, {
        seed: context.seed,
        ...(event.type === 'failed' ? { fault: event.fault } : {}),
      }),
    })),
    chooseNext: assign(({ context }) => ({
      choice: context.choice + 1,
      before: context.attempt - context.lost,
      delayMs: 0,
    })),
    countUp: assign(({ context }) => ({ attempt: context.attempt + 1 })),
    countLost: assign(({ context }) => ({ lost: context.lost + 1 })),
  },
  guards: {
    isRetried: ({ context, event }) =>
      event.type === 'failed' &&
      event.refusal === undefined &&
      wantsRetry(context, event.fault) &&
      !(fallsBack(context, event.fault) && (askedWait(event.fault) ?? 0) > LONGEST_BEFORE_FALLBACK_MS),
    fallsBack: ({ context, event }) => event.type === 'failed' && fallsBack(context, event.fault),
    isRefused: ({ context, event }) =>
      event.type === 'failed' && event.refusal !== undefined && wantsRetry(context, event.fault),
    mayBeRepeated: ({ context }) =>
      context.onLost === 'retry' && context.attempt < context.retry.max * context.choices + LOST_ATTEMPTS_ALLOWED,
  },
}).createMachine({
  id: 'attempt',
  context: ({ input }) => ({ ...input, attempt: input.failed + input.lost + 1, fault: null, delayMs: 0 }),
  initial: 'performing',
  states: {
    performing: {
      on: {
        succeeded: 'succeeded',
        failed: [
          { guard: 'isRetried', target: 'backing_off', actions: ['keepFault', 'planBackoff'] },
          { guard: 'fallsBack', target: 'backing_off', actions: ['keepFault', 'chooseNext'] },
          { guard: 'isRefused', target: 'failed', actions: 'keepRefusal' },
          { target: 'failed', actions: 'keepFault' },
        ],
        lost: [
          { guard: 'mayBeRepeated', target: 'performing', reenter: true, actions: ['countLost', 'countUp'] },
          { target: 'failed', actions: 'giveUp' },
        ],
      },
    },
    backing_off: { on: { elapsed: { target: 'performing', actions: 'countUp' } } },
    succeeded: { type: 'final' },
    failed: { type: 'final' },
  },
})
