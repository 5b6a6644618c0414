/**
 * The queue in front of one provider, for all calls of this process: in the order of their coming, at most so many at once, and at most
 * so many in a time. When the provider asks one call to wait, all calls wait.
 *
 * Invariants
 * 1. A place is given back once, however its call ends.
 * 2. A call that is aborted leaves the queue at once.
 * 3. Nothing waits in here beyond LONGEST_HELD_MS or its own deadline because the provider asked for it: such a call fails with
 *    `rate_limited`, so that a fallback order moves on, and a long pause holds nothing in memory.
 */
import { Cancelled } from '../../core/cancelled.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import { Fault } from '../../core/fault.ts'
import type { ProviderSettings } from './provider.ts'

/** `concurrency`: calls at once; default: no limit. `rate`: begins of calls in any time of that length; default: no limit. */
export type ProviderLimits = Pick<ProviderSettings, 'concurrency' | 'rate'>

export interface QueuedCall {
  signal: AbortSignal
  /** Epoch milliseconds. */
  deadline: number
  /** Called when the call has to wait; the result is called when it need not wait any more. */
  waiting(reason: string): () => void
}

interface Waiter extends Pick<QueuedCall, 'deadline'> {
  admit(): void
  fail(error: unknown): void
}

const LONGEST_HELD_MS = 60_000

export class ProviderQueue {
  readonly #name: string
  readonly #limits: ProviderLimits
  readonly #clock: Clock
  readonly #waiters: Waiter[] = []
  /** Begins of the last calls, as many as the rate counts. */
  readonly #begins: number[] = []
  #inFlight = 0
  #heldUntil = Number.NEGATIVE_INFINITY
  #disarm: (() => void) | undefined

  constructor(name: string, { limits, clock }: { limits: ProviderLimits; clock: Clock }) {
    this.#name = name
    this.#limits = limits
    this.#clock = clock
  }

  /** Calls in flight, and those that wait. */
  get load(): { inUse: number; waiting: number } {
    return { inUse: this.#inFlight, waiting: this.#waiters.length }
  }

  /** Resolves when the call may begin, with the function that gives its place back. @throws Cancelled; Fault `rate_limited` */
  async enter(call: QueuedCall): Promise<() => void> {
    const { signal, deadline, waiting } = call
    if (signal.aborted) throw new Cancelled()
    this.#expectSoon(deadline)
    if (this.#waiters.length > 0 || !this.#isFree()) {
      const ended = waiting(`a slot of ${this.#name}`)
      try {
        await this.#awaitTurn({ signal, deadline })
      } finally {
        ended()
      }
    } else this.#begin()
    let isBack = false
    return () => {
      if (isBack) return
      isBack = true
      this.#inFlight -= 1
      this.#admit()
    }
  }

  /** The provider has asked one call to wait so many milliseconds. */
  holdBack(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + ms)
    for (const waiter of this.#waiters.splice(0)) {
      const refusal = this.#refuse(waiter.deadline)
      if (refusal === undefined) this.#waiters.push(waiter)
      else waiter.fail(refusal)
    }
    this.#admit()
  }

  #awaitTurn({ signal, deadline }: Pick<QueuedCall, 'signal' | 'deadline'>): Promise<void> {
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
        admit: () => {
          signal.removeEventListener('abort', leave)
          this.#begin()
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

  #begin(): void {
    const { rate } = this.#limits
    this.#inFlight += 1
    if (rate === undefined) return
    this.#begins.push(this.#clock.now())
    if (this.#begins.length > rate.count) this.#begins.shift()
  }

  /** Lets in as many as may begin, and wakes up again when time alone makes room. */
  #admit(): void {
    this.#disarm?.()
    this.#disarm = undefined
    while (this.#waiters.length > 0 && this.#isFree()) this.#waiters.shift()?.admit()
    const at = this.#freeAt()
    if (this.#waiters.length === 0 || at <= this.#clock.now()) return
    this.#disarm = this.#clock.wakeAt(at, () => this.#admit())
  }

  #isFree(): boolean {
    return (
      this.#inFlight < (this.#limits.concurrency ?? Number.POSITIVE_INFINITY) && this.#freeAt() <= this.#clock.now()
    )
  }

  /** When the rate and the provider let the next call begin. */
  #freeAt(): number {
    const { rate } = this.#limits
    const [oldest = 0] = this.#begins
    const byRate = rate === undefined || this.#begins.length < rate.count ? 0 : oldest + rate.windowMs
    return Math.max(byRate, this.#heldUntil)
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

/** The queues of a process, by the name of the provider. */
export class ProviderQueues {
  readonly #clock: Clock
  readonly #queues = new Map<string, ProviderQueue>()

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** The limits of its first call count. */
  of(name: string, limits: ProviderLimits): ProviderQueue {
    const queue = this.#queues.get(name) ?? new ProviderQueue(name, { limits, clock: this.#clock })
    this.#queues.set(name, queue)
    return queue
  }

  list(): { provider: string; inUse: number; waiting: number }[] {
    return [...this.#queues].map(([provider, { load }]) => ({ provider, ...load }))
  }
}
