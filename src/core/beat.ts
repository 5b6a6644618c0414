/** Does something again and again: the next time a while after the last one has ended, so that it never overtakes itself. */
import type { Clock } from './clock.ts'

export class Beat {
  readonly #clock: Clock
  readonly #act: () => Promise<number>
  #disarm: () => void = () => {}
  #acting: Promise<void> = Promise.resolve()
  #isStopped = false

  /** @param act Gives the milliseconds until the next time; never rejects. */
  constructor(clock: Clock, act: () => Promise<number>) {
    this.#clock = clock
    this.#act = act
  }

  /** For the first time at once, or after this many milliseconds. */
  start(delayMs?: number): void {
    if (delayMs === undefined) this.#acting = this.#once()
    else this.#arm(delayMs)
  }

  /** Resolves when what was going on has ended; there is no next time. */
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
