/** Slots that several queues of a test share, as processes of one database do; and every trade that was made. */
import type { SharedSlots, SlotTrade } from '../../src/core/provider-slots.ts'

export interface TestSlots extends SharedSlots {
  trades: Pick<SlotTrade, 'held' | 'wanted'>[]
  holds: { provider: string; ms: number }[]
  /** True: no trade is answered. */
  isAway: boolean
  /** Slots that a process without a queue holds. */
  others: number
  tell(news: 'slots' | 'holds'): void
}

export const createTestSlots = (): TestSlots => {
  const held = new Map<string, number>()
  const listeners = { slots: new Set<() => void>(), holds: new Set<() => void>() }
  const slots: TestSlots = {
    trades: [],
    holds: [],
    isAway: false,
    others: 0,
    async trade({ holder, held: own, wanted, limits: { concurrency = Number.POSITIVE_INFINITY } }) {
      if (slots.isAway) throw new Error('the database is away')
      slots.trades.push({ held: own, wanted })
      held.set(holder, own)
      const inUse = [...held.values()].reduce((sum, count) => sum + count, slots.others)
      const granted = Math.max(0, Math.min(wanted, concurrency - inUse))
      held.set(holder, own + granted)
      return { granted, heldMs: 0, againInMs: 1_000 }
    },
    async holdBack(provider, ms) {
      slots.holds.push({ provider, ms })
    },
    listHolds: async () => slots.holds.map(({ provider, ms }) => ({ provider, leftMs: ms })),
    onNews(news, listener) {
      listeners[news].add(listener)
      return () => listeners[news].delete(listener)
    },
    tell(news) {
      for (const listener of listeners[news]) listener()
    },
  }
  return slots
}
