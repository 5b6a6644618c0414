/**
 * Claims the runs that are due in the store, as long as there is room: queued runs, runs whose lease has expired, and waiting runs
 * with a due deadline or a new message.
 *
 * Runs that need what this process lacks are not claimed; the kinds of them that it met are known, and passed over by the store.
 *
 * It owns the pace (each 200 ms, when the next deadline is due, and when the store has news) and the pause after a run that could not be claimed. The store
 * knows which runs are due; the host resumes them.
 *
 * A look costs the same for one run and for fifty. So the more runs are in flight, the longer news are collected before the next look, and a
 * full host looks before its time only when a part of its runs has left.
 */
import { Beat } from '../core/beat.ts'
import type { Clock } from '../core/clock.ts'
import type { Needs } from '../store/queue-store.ts'
import type { UnfitRuns } from '../store/server-store.ts'
import type { RunRecord, Store } from '../store/store.ts'
import type { Host } from './host.ts'
import type { Run } from './run.ts'
import type { RunWatcher } from './run-notice.ts'

export interface RunQueueOptions {
  store: Store
  clock: Clock
  host: Pick<Host, 'wake' | 'size'>
  /** Most runs in flight at once, child runs included; waiting runs do not count. */
  mostRuns: number
  /** A run was claimed; `isNew`: for the first time. */
  onTaken?(run: Run, taken: { isNew: boolean }): void
  /** Watcher of a run that is claimed. */
  watch?(run: string): RunWatcher
  /** Returns those of the needs of a run that this process lacks. Default: it has all. */
  findMissing?(needs: Needs): readonly string[]
  /** A kind of runs is not claimed, because this process lacks what they need. Called once for each kind. */
  onUnfit?(unfit: UnfitRuns): void
  /** A run could not be claimed, or (without a run) the store not be read. It is tried again later. */
  onProblem(problem: { run: string | undefined; cause: unknown }): void
}

const BEAT_MS = 200

/** Shortest interval between two looks, however near the next deadline is. */
const SHORTEST_BEAT_MS = 10

/** Most runs per look: the store scans all running runs for expired leases. */
const MOST_LISTED = 1_000

/** Pause before a look that news ask for: so much for each run in flight, and at most. An idle server looks at once. */
const REST_PER_RUN_MS = 0.1
const LONGEST_REST_MS = 20

/** Share of `mostRuns` that must be free before a full host looks before its time. */
const LEAST_ROOM = 0.1

/** Runs that are claimed in one go, before others have their turn. */
const MOST_AT_ONCE = 100

/** Pause before a run that could not be claimed is tried again. */
const PATIENCE_MS = 30_000

export class RunQueue {
  readonly #options: RunQueueOptions
  readonly #leftAlone = new Map<string, number>()
  /** By their needs as text. */
  readonly #unfit = new Map<string, UnfitRuns>()
  #judgedAt = 0
  /** The last look left no room. */
  #isFull = false
  readonly #beat: Beat
  #endNews: (() => void) | undefined

  constructor(options: RunQueueOptions) {
    this.#options = options
    const restMs = (): number => Math.min(LONGEST_REST_MS, options.host.size * REST_PER_RUN_MS)
    this.#beat = new Beat(options.clock, () => this.#look(), { restMs })
  }

  start(): void {
    this.#beat.start()
    this.#endNews = this.#options.store.onNews?.('due', () => this.hasten())
  }

  /** Kinds of due runs that this process can't perform. */
  listUnfit(): UnfitRuns[] {
    return [...this.#unfit.values()]
  }

  /** Looks soon: this process has submitted a run, or the store has news. A full host looks in its usual pace. */
  hasten(): void {
    if (!this.#isFull || this.#hasRoom()) this.#beat.hasten()
  }

  /** Resolves when no run is being claimed any more. */
  stop(): Promise<void> {
    this.#endNews?.()
    return this.#beat.stop()
  }

  /** Claims what is due. Returns the milliseconds until the next look. */
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

  /** True when more may be due at once. */
  async #takeUp(): Promise<boolean> {
    const { store, clock, host, mostRuns } = this.#options
    const free = mostRuns - host.size
    const room = Math.min(MOST_LISTED, free)
    this.#isFull = room <= 0
    if (this.#isFull) return false
    const now = clock.now()
    for (const [id, until] of this.#leftAlone) if (until <= now) this.#leftAlone.delete(id)
    if (now - this.#judgedAt >= PATIENCE_MS) this.#judgeAgain(now)
    const except = this.listUnfit().map(({ needs }) => needs)
    const due = await store.listDueRuns(now, room + this.#leftAlone.size, { except })
    const ids = due.filter((id) => !this.#leftAlone.has(id)).slice(0, room)
    for (let from = 0; from < ids.length; from += MOST_AT_ONCE)
      await Promise.all(ids.slice(from, from + MOST_AT_ONCE).map((id) => this.#wake(id)))
    this.#isFull = ids.length === free
    return ids.length === room && !this.#isFull
  }

  #hasRoom(): boolean {
    const { host, mostRuns } = this.#options
    return mostRuns - host.size >= Math.max(1, mostRuns * LEAST_ROOM)
  }

  /** A run has left the host. */
  #leave(): void {
    if (this.#isFull && this.#hasRoom()) this.#beat.hasten()
  }

  #leaveAlone(id: string): void {
    this.#leftAlone.set(id, this.#options.clock.now() + PATIENCE_MS)
  }

  #isFit({ needs }: RunRecord): boolean {
    const { findMissing, onUnfit } = this.#options
    if (needs.length === 0 || findMissing === undefined) return true
    const key = needs.join('\n')
    if (this.#unfit.has(key)) return false
    const missing = findMissing(needs)
    if (missing.length === 0) return true
    const unfit = { needs, missing }
    this.#unfit.set(key, unfit)
    onUnfit?.(unfit)
    return false
  }

  /** A secret may have come since, as a file. */
  #judgeAgain(now: number): void {
    this.#judgedAt = now
    for (const [key, { needs }] of this.#unfit)
      if (this.#options.findMissing?.(needs).length === 0) this.#unfit.delete(key)
  }

  async #wake(id: string): Promise<void> {
    if (this.#beat.isStopped) return
    try {
      const { host, watch, onTaken } = this.#options
      const isFit = (run: RunRecord): boolean => this.#isFit(run)
      const woken = await host.wake(id, { isFit, ...(watch && { watch }) })
      // A child run may need less than the run at the top of its family.
      if (woken.kind === 'unfit' && woken.run.id !== id) this.#leaveAlone(id)
      if (woken.kind !== 'resumed') return
      onTaken?.(woken.run, { isNew: woken.run.claim.epoch === 1 })
      const leave = (): void => this.#leave()
      woken.run.exited.then(leave, leave)
    } catch (cause) {
      this.#leaveAlone(id)
      this.#options.onProblem({ run: id, cause })
    }
  }
}
