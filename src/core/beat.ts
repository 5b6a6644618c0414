/** Repeats an action. Each repetition starts a while after the last one has ended, so that two never overlap. */
import type { Clock } from './clock.ts'

export class Beat {
  readonly #clock: Clock
  readonly #act: () => Promise<number>
  #disarm: () => void = () => {}
  #acting: Promise<void> = Promise.resolve()
  #isStopped = false
  /** While an action is in flight: another one follows at once. */
  #isHastened = false
  #isActing = false
  #isStarted = false

  /** @param act Resolves to the milliseconds until the next time; never rejects. */
  constructor(clock: Clock, act: () => Promise<number>) {
    this.#clock = clock
    this.#act = act
  }

  /** Acts for the first time at once, or after so many milliseconds. */
  start(delayMs?: number): void {
    this.#isStarted = true
    if (delayMs === undefined) this.#acting = this.#once()
    else this.#arm(delayMs)
  }

  /** Acts at once, or as soon as the action in flight has ended. Before the start, and after the stop, it does nothing. */
  hasten(): void {
    if (this.#isStopped || !this.#isStarted) return
    this.#isHastened = this.#isActing
    if (this.#isActing) return
    this.#disarm()
    this.start()
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
    if (!this.#isStopped) this.#arm(this.#isHastened ? 0 : pauseMs)
  }

  #arm(delayMs: number): void {
    this.#disarm = this.#clock.wakeAt(this.#clock.now() + delayMs, () => this.start())
  }
}
