/**
 * Applies retention while a server runs: a minute after its start, then every hour. Several servers may sweep at once: each deletes and
 * counts only what it still finds.
 */
import { Beat } from '../../core/beat.ts'
import type { Clock } from '../../core/clock.ts'
import type { Store } from '../../store/store.ts'
import type { Retention } from './retention.ts'
import { type SweepReport, sweepStore } from './retention.ts'

export interface SweeperOptions {
  store: Store
  clock: Clock
  /** Rules of the project. */
  retention: Retention
  /** Called when something was deleted. */
  onSwept(report: SweepReport): void
  /** The sweep is retried at its next time. */
  onProblem(problem: { cause: unknown }): void
}

const FIRST_MS = 60_000
const EVERY_MS = 3_600_000

export class Sweeper {
  readonly #options: SweeperOptions
  readonly #stopping = new AbortController()
  readonly #beat: Beat

  constructor(options: SweeperOptions) {
    this.#options = options
    this.#beat = new Beat(options.clock, () => this.#sweep())
  }

  start(): void {
    this.#beat.start(FIRST_MS)
  }

  /** Resolves when no deletion is in flight. */
  stop(): Promise<void> {
    this.#stopping.abort()
    return this.#beat.stop()
  }

  async #sweep(): Promise<number> {
    const { store, clock, retention, onSwept, onProblem } = this.#options
    const { signal } = this.#stopping
    try {
      const report = await sweepStore(store, { retention, at: clock.now(), signal })
      if (report.runs + report.blobs > 0) onSwept(report)
    } catch (cause) {
      onProblem({ cause })
    }
    return EVERY_MS
  }
}
