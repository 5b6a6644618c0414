/**
 * Takes up what is due in the store, as long as there is room: queued runs, runs whose process is gone, and waiting ones whose
 * deadline has come or of whom somebody has asked something.
 *
 * It owns the pace (each 200 ms, and when the next deadline comes) and the patience with runs that can't be taken up. Which runs
 * are due the store knows; how a run goes on is the host's.
 */
import { Beat } from '../core/beat.ts'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../store/store.ts'
import type { Host } from './host.ts'
import type { Run } from './run.ts'
import type { RunWatcher } from './run-notice.ts'

export interface RunQueueOptions {
  store: Store
  clock: Clock
  host: Pick<Host, 'wake' | 'size'>
  /** How many runs go on at once at the most, child runs included; those that wait don't count. */
  mostRuns: number
  /** A run was taken up; `isNew`: nobody had begun it. */
  onTaken?(run: Run, taken: { isNew: boolean }): void
  /** Who is told what happens in a run that is taken up. */
  watch?(run: string): RunWatcher
  /** A run could not be taken up, or (without a run) the store not be asked. It is tried again later. */
  onProblem(problem: { run: string | undefined; cause: unknown }): void
}

const BEAT_MS = 200

/** A deadline is not looked for more often than this. */
const SHORTEST_BEAT_MS = 10

/** How many are looked for at a time: the store looks at all runs that go on when it looks for those whose process is gone. */
const MOST_LISTED = 1_000

/** How many are taken up in one go: others have their turn between. */
const MOST_AT_ONCE = 100

/** How long a run that could not be taken up is left alone. */
const PATIENCE_MS = 30_000

export class RunQueue {
  readonly #options: RunQueueOptions
  readonly #leftAlone = new Map<string, number>()
  readonly #beat: Beat

  constructor(options: RunQueueOptions) {
    this.#options = options
    this.#beat = new Beat(options.clock, () => this.#look())
  }

  start(): void {
    this.#beat.start()
  }

  /** Nothing is taken up any more when it resolves. */
  stop(): Promise<void> {
    return this.#beat.stop()
  }

  /** Milliseconds until there may be more. */
  async #look(): Promise<number> {
    const { clock, onProblem } = this.#options
    let hasMore = false
    let nextAt = Number.POSITIVE_INFINITY
    try {
      hasMore = await this.#takeUp()
      nextAt = (await this.#options.store.nextDueAt()) ?? nextAt
    } catch (cause) {
      onProblem({ run: undefined, cause })
    }
    return hasMore ? 0 : Math.min(BEAT_MS, Math.max(SHORTEST_BEAT_MS, nextAt - clock.now()))
  }

  /** Whether there may be more to take up at once. */
  async #takeUp(): Promise<boolean> {
    const { store, clock, host, mostRuns } = this.#options
    const room = Math.min(MOST_LISTED, mostRuns - host.size)
    if (room <= 0) return false
    const now = clock.now()
    for (const [id, until] of this.#leftAlone) if (until <= now) this.#leftAlone.delete(id)
    const due = await store.listDueRuns(now, room + this.#leftAlone.size)
    const ids = due.filter((id) => !this.#leftAlone.has(id)).slice(0, room)
    for (let from = 0; from < ids.length; from += MOST_AT_ONCE)
      await Promise.all(ids.slice(from, from + MOST_AT_ONCE).map((id) => this.#wake(id)))
    return ids.length === room
  }

  async #wake(id: string): Promise<void> {
    if (this.#beat.isStopped) return
    try {
      const { host, watch, onTaken } = this.#options
      const woken = await host.wake(id, watch === undefined ? {} : { watch })
      if (woken.kind === 'resumed') onTaken?.(woken.run, { isNew: woken.run.claim.epoch === 1 })
    } catch (cause) {
      this.#leftAlone.set(id, this.#options.clock.now() + PATIENCE_MS)
      this.#options.onProblem({ run: id, cause })
    }
  }
}
