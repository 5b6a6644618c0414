/**
 * The contract by which processes that share a database keep the limits of a provider together. A process tells how many calls it has in
 * flight and how many wait, and is told how many may begin. The numbers are whole, not changes: whatever a lost answer left behind, the
 * next trade corrects.
 */
import type { Rate } from './rate.ts'

/** `concurrency`: calls at once; default: no limit. `rate`: begins of calls in any time of that length; default: no limit. */
export interface SlotLimits {
  concurrency?: number
  rate?: Rate
}

export interface SlotTrade {
  provider: string
  /** Those of the asking process count. */
  limits: SlotLimits
  /** Names the asking process, and its trade: a trade that arrives behind a later one counts for nothing. */
  holder: string
  seq: number
  /** Calls in flight. They keep their slots for a lease. */
  held: number
  /** Calls that wait for a slot. */
  wanted: number
  /** Wait of the longest of them. Of two processes the one that waits longer goes first. */
  waitedMs: number
  /** Time that a call may need to begin, once it may. */
  leadMs: number
}

export interface SlotAnswer {
  /** Calls that may begin now. */
  granted: number
  /** Time that the provider has asked all to wait, yet. */
  heldMs: number
  /** Time of the next trade at the latest: to keep the slots, or to ask again. */
  againInMs: number
}

/** News of slots: `slots` that became free, `holds` of providers that asked to wait. */
export interface SharedSlots {
  /** Is tried once. @throws when the database does not answer, and nothing is known of the trade */
  trade(trade: SlotTrade): Promise<SlotAnswer>
  /** Holds back the calls of all processes. */
  holdBack(provider: string, ms: number): Promise<void>
  listHolds(): Promise<{ provider: string; leftMs: number }[]>
  /** Calls `listener` when there may be news, and when some may have been missed. Returns what ends it. */
  onNews(news: 'slots' | 'holds', listener: () => void): () => void
}
