/**
 * The supervision of one effect: attempts, the pauses between them, and what a lost attempt means. It decides; the host
 * performs, keeps time and writes the notes. A pure machine, folded like a workflow's: its state names what to do next.
 *
 *   performing ──succeeded──▶ succeeded          performing ──failed──▶ backing_off (same actor, or the next) | failed
 *   backing_off ──elapsed──▶ performing          lost ──▶ performing | failed (outcome_unknown)
 */
import { assign, setup } from 'xstate'
import type { FaultCode, FaultData } from '../core/fault.ts'
import { asksForRetry, backoffDelay, type RetryPolicy } from '../core/retry-policy.ts'

export interface AttemptInput {
  retry: RetryPolicy
  onLost: 'retry' | 'fail'
  /** Of the jitter: names the effect. */
  seed: string
  /** What the journal says of earlier processes: attempts that failed, and attempts whose outcome nobody knows. */
  failed: number
  lost: number
  /** How many actors may perform it, one after the other: the models of a fallback order. */
  choices: number
  /** The one whose turn it is, from 0, and how many attempts failed before it was. */
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
  | { type: 'failed'; fault: FaultData }
  | { type: 'elapsed' }
  | { type: 'lost' }

/** Attempts that may be lost beyond `retry.max`: a step that kills its process must not do so for ever. */
const LOST_ATTEMPTS_ALLOWED = 2

/** Faults of one model that say nothing about the next. */
const FALLBACK_CODES: readonly string[] = [
  'unavailable',
  'rate_limited',
  'unauthorized',
  'not_found',
] satisfies FaultCode[]

const outcomeUnknown = ({ onLost, attempt }: AttemptContext): FaultData => ({
  code: 'outcome_unknown',
  message:
    onLost === 'fail'
      ? 'the process ended during this step, so nobody knows whether it took effect; it is not done again. Look at what it ' +
        'writes to, then run the workflow anew, or set `key:` or `on_lost: retry` where a second attempt does no harm'
      : `the process ended ${attempt} times during this step, so it is not tried again`,
  retryable: false,
  details: { attempts: attempt },
})

export const attemptMachine = setup({
  types: {} as { context: AttemptContext; input: AttemptInput; events: AttemptEvent },
  actions: {
    keepFault: assign(({ event }) => (event.type === 'failed' ? { fault: event.fault } : {})),
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
      asksForRetry(context.retry, context.attempt - context.lost - context.before, event.fault),
    fallsBack: ({ context, event }) =>
      event.type === 'failed' && context.choice + 1 < context.choices && FALLBACK_CODES.includes(event.fault.code),
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
