/** Repeats an action. Each repetition starts a while after the last one has ended, so that two never overlap. */
import type { Clock } from './clock.ts'

export class Beat {
  readonly #clock: Clock
  readonly #act: () => Promise<number>
  readonly #restMs: () => number
  #endedAt = Number.NEGATIVE_INFINITY
  #disarm: () => void = () => {}
  #acting: Promise<void> = Promise.resolve()
  #isStopped = false
  /** While an action is in flight: another one follows at once. */
  #isHastened = false
  #isActing = false
  #isStarted = false

  /**
   * @param act Resolves to the milliseconds until the next time; never rejects.
   * @param options `restMs`: shortest pause before an action that is hastened, in milliseconds. Default 0.
   */
  constructor(clock: Clock, act: () => Promise<number>, { restMs = () => 0 }: { restMs?: () => number } = {}) {
    this.#clock = clock
    this.#act = act
    this.#restMs = restMs
  }

  /** Acts for the first time at once, or after so many milliseconds. */
  start(delayMs?: number): void {
    this.#isStarted = true
    if (delayMs === undefined) this.#acting = this.#once()
    else this.#arm(delayMs)
  }

  /** Acts as soon as the last action has ended and the rest is over. Before the start, and after the stop, it does nothing. */
  hasten(): void {
    if (this.#isStopped || !this.#isStarted) return
    this.#isHastened = this.#isActing
    if (this.#isActing) return
    this.#disarm()
    const restMs = this.#restMs()
    // The clock may have been set back.
    const waitMs = Math.min(restMs, this.#endedAt + restMs - this.#clock.now())
    if (waitMs <= 0) this.start()
    else this.#arm(waitMs)
  }

  /** Ends the repetition. Resolves when an action in flight has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#disarm()
    await this.#acting
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  async #once(): Promise<void> {
    this.#isActing = true
    this.#isHastened = false
    const pauseMs = await this.#act()
    this.#isActing = false
    this.#endedAt = this.#clock.now()
    if (!this.#isStopped) this.#arm(this.#isHastened ? Math.min(this.#restMs(), pauseMs) : pauseMs)
  }

  #arm(delayMs: number): void {
    this.#disarm = this.#clock.wakeAt(this.#clock.now() + delayMs, () => this.start())
  }
}
