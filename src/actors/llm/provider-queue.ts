/**
 * The queue in front of one provider, for all calls of this process, in the order of their coming. A gate keeps the limits: at most so many
 * at once, and at most so many in a time, over this process or over all of a database. When the provider asks one call to wait, all wait.
 *
 * Invariants
 * 1. A place is given back once, however its call ends.
 * 2. A call that is aborted leaves the queue at once.
 * 3. Nothing waits in here beyond LONGEST_HELD_MS or its own deadline because the provider asked for it: such a call fails with
 *    `rate_limited`, so that a fallback order moves on, and a long pause holds nothing in memory.
 */
import { Cancelled } from '../../core/cancelled.ts'
import type { Clock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import { Fault } from '../../core/fault.ts'
import type { SharedSlots, SlotLimits } from '../../core/provider-slots.ts'
import { SharedGate } from './shared-gate.ts'
import { LocalGate, type SlotGate } from './slot-gate.ts'

export interface QueuedCall {
  signal: AbortSignal
  /** Epoch milliseconds. */
  deadline: number
  /** Called when the call has to wait; the result is called when it need not wait any more. */
  waiting(reason: string): () => void
}

interface Waiter extends Pick<QueuedCall, 'deadline'> {
  /** Epoch milliseconds. */
  since: number
  admit(): void
  /** It has to wait. */
  note(): void
  fail(error: unknown): void
}

const LONGEST_HELD_MS = 60_000

/** Waits that end at nearly the same time are told to other processes once. */
const SAME_END_MS = 100

interface ProviderQueueOptions {
  limits: SlotLimits
  clock: Clock
  /** The limits hold over all processes of a database. Default: over this one. */
  slots?: SharedSlots | undefined
  /** Resolves when the waits are known that other processes were asked for. Never rejects. Default: there are none. */
  heard?: Promise<void>
}

export class ProviderQueue {
  readonly #name: string
  readonly #clock: Clock
  readonly #slots: SharedSlots | undefined
  readonly #gate: SlotGate
  readonly #waiters: Waiter[] = []
  #inFlight = 0
  #heldUntil = Number.NEGATIVE_INFINITY
  /** End of the last wait that other processes know of. */
  #toldUntil = Number.NEGATIVE_INFINITY
  #heard: Promise<void> | undefined
  #disarm: (() => void) | undefined

  constructor(name: string, { limits, clock, slots, heard }: ProviderQueueOptions) {
    this.#name = name
    this.#clock = clock
    this.#slots = slots
    this.#heard = heard?.then(() => {
      this.#heard = undefined
    })
    const isLimited = limits.concurrency !== undefined || limits.rate !== undefined
    this.#gate =
      slots === undefined || !isLimited
        ? new LocalGate(limits, clock)
        : new SharedGate({
            ...{ provider: name, limits, slots, clock },
            onFree: () => this.#admit(),
            onFull: () => this.#note(),
            onHeld: (ms) => this.hearHold(ms),
          })
  }

  /** Calls in flight, and those that wait. */
  get load(): { inUse: number; waiting: number } {
    return { inUse: this.#inFlight, waiting: this.#waiters.length }
  }

  /** Resolves when the call may begin, with the function that gives its place back. @throws Cancelled; Fault `rate_limited` */
  async enter(call: QueuedCall): Promise<() => void> {
    const { signal, deadline, waiting } = call
    if (this.#heard !== undefined) await this.#heard
    if (signal.aborted) throw new Cancelled()
    this.#expectSoon(deadline)
    if (this.#waiters.length > 0 || !this.#take()) await this.#awaitTurn({ signal, deadline, waiting })
    let isBack = false
    return () => {
      if (isBack) return
      isBack = true
      this.#inFlight -= 1
      this.#gate.giveBack()
      this.#admit()
    }
  }

  /** The provider has asked one call to wait so many milliseconds. */
  holdBack(ms: number): void {
    this.hearHold(ms)
    if (this.#slots === undefined || this.#heldUntil < this.#toldUntil + SAME_END_MS) return
    this.#toldUntil = this.#heldUntil
    // A database that stays away can tell the others nothing. They will be asked to wait as well.
    this.#slots.holdBack(this.#name, ms).catch(() => {})
  }

  /** The provider has asked a call of any process to wait. */
  hearHold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + ms)
    for (const waiter of this.#waiters.splice(0)) {
      const refusal = this.#refuse(waiter.deadline)
      if (refusal === undefined) this.#waiters.push(waiter)
      else waiter.fail(refusal)
    }
    this.#note()
    this.#admit()
  }

  /** Resolves when other processes know which slots are free. */
  settle(): Promise<void> {
    return this.#gate.settle()
  }

  async #awaitTurn({ signal, deadline, waiting }: QueuedCall): Promise<void> {
    let ended: (() => void) | undefined
    const note = (): void => {
      ended ??= waiting(`a slot of ${this.#name}`)
    }
    // A shared gate may have a slot, and says so soon.
    if (!this.#gate.isShared || this.#heldUntil > this.#clock.now()) note()
    try {
      await this.#enqueue({ signal, deadline, note })
    } finally {
      ended?.()
    }
  }

  #enqueue({ signal, deadline, note }: Omit<QueuedCall, 'waiting'> & Pick<Waiter, 'note'>): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const place = this.#waiters.indexOf(waiter)
        if (place >= 0) this.#waiters.splice(place, 1)
        // The last one to leave leaves no timer behind, which would keep the process.
        this.#admit()
        reject(new Cancelled())
      }
      const waiter: Waiter = {
        deadline,
        note,
        since: this.#clock.now(),
        admit: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
        fail: (error) => {
          signal.removeEventListener('abort', leave)
          reject(error)
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiters.push(waiter)
      this.#admit()
    })
  }

  #take(): boolean {
    const isFree = this.#heldUntil <= this.#clock.now() && this.#gate.take()
    if (isFree) this.#inFlight += 1
    return isFree
  }

  /** Lets in as many as may begin, and wakes up again when time alone makes room. */
  #admit(): void {
    this.#disarm?.()
    this.#disarm = undefined
    while (this.#waiters.length > 0 && this.#take()) this.#waiters.shift()?.admit()
    const now = this.#clock.now()
    const [oldest] = this.#waiters
    this.#gate.want(this.#heldUntil > now ? 0 : this.#waiters.length, oldest?.since ?? now)
    const at = Math.max(this.#gate.freeAt(), this.#heldUntil)
    if (oldest === undefined || at <= now) return
    this.#disarm = this.#clock.wakeAt(at, () => this.#admit())
  }

  #note(): void {
    for (const { note } of this.#waiters) note()
  }

  #expectSoon(deadline: number): void {
    const refusal = this.#refuse(deadline)
    if (refusal !== undefined) throw refusal
  }

  #refuse(deadline: number): Fault | undefined {
    const heldMs = this.#heldUntil - this.#clock.now()
    if (heldMs <= 0 || (heldMs <= LONGEST_HELD_MS && this.#heldUntil < deadline)) return undefined
    return new Fault(
      'rate_limited',
      `'${this.#name}' was not asked: it has asked another call to wait ${formatDuration(heldMs)}`,
      { retryable: true, details: { retry_after_ms: heldMs } },
    )
  }
}
