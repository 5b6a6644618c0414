/** Repeats an action. Each repetition starts a while after the last one has ended, so that two never overlap. */
import type { Clock } from './clock.ts'

export class Beat {
  readonly #clock: Clock
  readonly #act: () => Promise<number>
  #disarm: () => void = () => {}
  #acting: Promise<void> = Promise.resolve()
  #isStopped = false

  /** @param act Resolves to the milliseconds until the next time; never rejects. */
  constructor(clock: Clock, act: () => Promise<number>) {
    this.#clock = clock
    this.#act = act
  }

  /** Acts for the first time at once, or after so many milliseconds. */
  start(delayMs?: number): void {
    if (delayMs === undefined) this.#acting = this.#once()
    else this.#arm(delayMs)
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
    const pauseMs = await this.#act()
    if (!this.#isStopped) this.#arm(pauseMs)
  }

  #arm(delayMs: number): void {
    this.#disarm = this.#clock.wakeAt(this.#clock.now() + delayMs, () => this.start())
  }
}
