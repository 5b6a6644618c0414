/**
 * Calls many wakes that are due at once in slices, between which the event loop turns and requests get in. The first slice is now; the
 * wakes beyond it come in the order of their times, the earliest first.
 */

interface Wake {
  at: number
  call: () => void
}

interface WakeSlicesOptions {
  /** Milliseconds. */
  now(): number
  /** Calls back after the event loop has turned. */
  later(callBack: () => void): void
}

const SLICE_MS = 10

/** Work that a wake leaves to microtasks is done after its slice. */
const WAKES_A_SLICE = 50

export class WakeSlices {
  readonly #options: WakeSlicesOptions
  /** By time. */
  #waiting: Wake[] = []
  /** Begin of the slice of this turn; undefined: there is none yet. */
  #since: number | undefined
  #count = 0

  constructor(options: WakeSlicesOptions) {
    this.#options = options
  }

  /** Calls `call` now or in a later slice. The returned function cancels it. */
  add(at: number, call: () => void): () => void {
    const wake = { at, call }
    if (this.#waiting.length === 0 && this.#hasRoom()) {
      this.#count += 1
      call()
      return () => {}
    }
    this.#waiting.splice(this.#placeOf(at), 0, wake)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== wake)
    }
  }

  #hasRoom(): boolean {
    const now = this.#options.now()
    if (this.#since === undefined) this.#begin(now)
    return this.#count < WAKES_A_SLICE && now - (this.#since ?? now) < SLICE_MS
  }

  #begin(now: number): void {
    this.#since = now
    this.#count = 0
    this.#options.later(() => this.#next())
  }

  #next(): void {
    this.#since = undefined
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      this.#count += 1
      this.#waiting.shift()?.call()
    }
  }

  /** Behind those of the same time. */
  #placeOf(at: number): number {
    let [low, high] = [0, this.#waiting.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#waiting[middle]?.at ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return low
  }
}
