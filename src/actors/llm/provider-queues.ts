/** The queues in front of all providers of a process. */
import { type Clock, systemClock } from '../../core/clock.ts'
import type { SharedSlots, SlotLimits } from '../../core/provider-slots.ts'
import { ProviderQueue } from './provider-queue.ts'

/** The longest wait for the database when a process stops: slots that it does not hear of are free with their lease. */
const SETTLE_MS = 2_000
/** The longest wait for the database before the first call of a provider. */
const HEAR_MS = 1_000

const shared = new WeakMap<SharedSlots, ProviderQueues>()

/** The queues of all that use one database in this process; without one, queues of their own. */
export const openProviderQueues = (clock: Clock, slots: SharedSlots | undefined): ProviderQueues => {
  if (slots === undefined) return new ProviderQueues(clock)
  const known = shared.get(slots) ?? new ProviderQueues(clock, slots)
  shared.set(slots, known)
  return known
}

export class ProviderQueues {
  readonly #clock: Clock
  readonly #slots: SharedSlots | undefined
  readonly #queues = new Map<string, ProviderQueue>()
  #endNews: (() => void) | undefined

  /** @param slots Keeps limits, and the waits that providers ask for, over all processes of a database. Default: over this one */
  constructor(clock: Clock = systemClock, slots?: SharedSlots) {
    this.#clock = clock
    this.#slots = slots
  }

  /** The limits of its first call count. */
  of(name: string, limits: SlotLimits): ProviderQueue {
    const known = this.#queues.get(name)
    if (known !== undefined) return known
    const { resolve, promise } = Promise.withResolvers<void>()
    const slots = this.#slots
    const options = { limits, clock: this.#clock, slots }
    const queue = new ProviderQueue(name, slots === undefined ? options : { ...options, heard: promise })
    this.#queues.set(name, queue)
    if (slots === undefined) return queue
    this.#endNews ??= slots.onNews('holds', () => void this.#hearHolds(slots))
    const giveUp = this.#clock.wakeAt(this.#clock.now() + HEAR_MS, resolve)
    void this.#hearHolds(slots).then(() => {
      giveUp()
      resolve()
    })
    return queue
  }

  list(): { provider: string; inUse: number; waiting: number }[] {
    return [...this.#queues].map(([provider, { load }]) => ({ provider, ...load }))
  }

  /** Tells the other processes which slots are free. Never rejects. */
  async settle(): Promise<void> {
    this.#endNews?.()
    let giveUp = (): void => {}
    const late = new Promise<void>((resolve) => {
      giveUp = this.#clock.wakeAt(this.#clock.now() + SETTLE_MS, resolve)
    })
    await Promise.race([late, Promise.all([...this.#queues.values()].map((queue) => queue.settle()))])
    giveUp()
  }

  /** Never rejects: a database that does not answer is heard again with its next news. */
  async #hearHolds(slots: SharedSlots): Promise<void> {
    const holds = await slots.listHolds().catch(() => [])
    for (const { provider, leftMs } of holds) this.#queues.get(provider)?.hearHold(leftMs)
  }
}
