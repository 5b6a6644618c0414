import type { FaultData } from './fault.ts'

export interface RetryPolicy {
  /** Counts attempts, the first included. */
  max: number
  minMs: number
  maxMs: number
  jitter: boolean
  /** Fault codes; undefined: every retryable fault. */
  on?: readonly string[]
}

export const DEFAULT_BACKOFF = { minMs: 1_000, maxMs: 30_000, jitter: true } as const

/** True: the policy retries after this attempt (from 1) ended with this fault. */
export const asksForRetry = (policy: RetryPolicy, attempt: number, fault: FaultData): boolean =>
  attempt < policy.max && (policy.on === undefined ? fault.retryable : policy.on.includes(fault.code))

/**
 * Computes the milliseconds to wait after an attempt (from 1): doubling from `minMs` up to `maxMs`, with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). The jitter is drawn from `seed`, so that a
 * replay of the same journal waits as long. The wait that a fault asks for wins.
 */
export const backoffDelay = (
  policy: RetryPolicy,
  attempt: number,
  options: { seed: string; fault?: FaultData },
): number => {
  const asked = options.fault && askedWait(options.fault)
  if (asked !== undefined) return Math.min(asked, LONGEST_RETRY_AFTER_MS)
  const ceiling = Math.min(policy.maxMs, policy.minMs * 2 ** (attempt - 1))
  return policy.jitter ? Math.round(ceiling * toFraction(`${options.seed}#${attempt}`)) : ceiling
}

/** The milliseconds that a server asks to wait before the next attempt; undefined: it asks for none. */
export const askedWait = ({ details }: { details?: FaultData['details'] | undefined }): number | undefined =>
  typeof details?.retry_after_ms === 'number' ? Math.max(0, details.retry_after_ms) : undefined

/** No wait is longer, whatever a server asks for: 30 days. */
export const LONGEST_RETRY_AFTER_MS = 30 * 86_400_000

/** Hashes by FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) with a final avalanche, into a number in [0, 1). */
const toFraction = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
