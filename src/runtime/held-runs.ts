/**
 * The runs that this process holds. It renews their leases (each 3 s) and reads their inboxes (each 250 ms, and when the store has
 * news), both only while it holds any run.
 *
 * Invariants
 * 1. A run is held here from its claim until it has exited. A run whose lease turns out to be lost leaves at once.
 * 2. A lease counts as fresh 2 s less than it lasts, so that clocks need not agree to the millisecond.
 * 3. Passivation lets go of runs that only wait, so that they cost a row and no memory. A run and the child runs that it waits for are
 *    one family: they are let go of together, the children first, or not at all.
 */
import { Beat } from '../core/beat.ts'
import type { Clock } from '../core/clock.ts'
import { type Claim, type HostStore, LEASE_BEAT_MS, LEASE_MS } from '../store/store.ts'
import type { Run } from './run.ts'

export interface HeldRun {
  run: Run
  /** The run whose step it is. */
  parent: string | undefined
  /** When its lease was last renewed, by the clock of this process. */
  renewedAt: number
}

export interface HeldRunsOptions {
  store: HostStore
  clock: Clock
  /** How often inboxes are read, in milliseconds. */
  inboxBeatMs: number
  /** True: runs that only wait are let go of. */
  passivates: boolean
}

const FRESH_MS = LEASE_MS - 2_000

/** Interval in which runs that only wait are looked for, and the shortest wait for which a run is let go of. */
const REST_BEAT_MS = 500
const SHORTEST_REST_MS = 2_000

export class HeldRuns {
  readonly #options: HeldRunsOptions
  readonly #runs = new Map<string, HeldRun>()
  #beats: Beat[] = []
  #endNews: (() => void) | undefined

  constructor(options: HeldRunsOptions) {
    this.#options = options
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  get size(): number {
    return this.#runs.size
  }

  add(held: HeldRun): void {
    this.#runs.set(held.run.id, held)
    if (this.#beats.length === 0) this.#beats = this.#startBeats()
    held.run.exited.then(
      (exit) => {
        this.#drop(held)
        const phase = exit.kind === 'waiting' ? 'waiting' : 'active'
        // Another process may go on with the run as soon as the store can be written again.
        if (exit.kind === 'broken' || exit.kind === 'waiting') this.#release(held.run.claim, phase)
      },
      () => {},
    )
  }

  isFresh(id: string): boolean {
    const held = this.#runs.get(id)
    return held !== undefined && this.#options.clock.now() - held.renewedAt < FRESH_MS
  }

  /** Renews all leases. Returns the ids of the runs whose lease is lost. */
  async renew(): Promise<Set<string>> {
    const at = this.#options.clock.now()
    const held = [...this.#runs.values()]
    const lost = await this.#options.store.renew(held.map(({ run }) => run.claim))
    for (const one of held) one.renewedAt = at
    for (const { runId } of lost) this.#runs.get(runId)?.run.leave({ kind: 'lost' })
    return new Set(lost.map(({ runId }) => runId))
  }

  /** Lets go of every run without an end, so that any process can resume it at once. Effects in flight have `graceMs` to end. */
  async releaseAll(graceMs: number): Promise<void> {
    const runs = [...this.#runs.values()].map(({ run }) => run)
    this.#restWaiting(Number.NEGATIVE_INFINITY)
    if (graceMs > 0) await this.#drain(runs, graceMs)
    for (const run of runs) run.leave({ kind: run.restsOn() === 0 ? 'waiting' : 'left' })
    await Promise.all(
      runs.map(({ exited, claim }) =>
        exited.then(({ kind }) => this.#options.store.release(claim, { phase: kind === 'waiting' ? kind : 'active' })),
      ),
    )
  }

  async #drain(runs: readonly Run[], graceMs: number): Promise<void> {
    const { clock } = this.#options
    for (const run of runs) run.drain(() => !this.#hasChildren(run))
    let disarm = (): void => {}
    const isOver = new Promise<void>((resolve) => {
      disarm = clock.wakeAt(clock.now() + graceMs, resolve)
    })
    await Promise.race([isOver, Promise.all(runs.map(({ exited }) => exited))])
    disarm()
  }

  #hasChildren({ id }: Run): boolean {
    return [...this.#runs.values()].some(({ parent }) => parent === id)
  }

  #release(claim: Claim, phase: 'active' | 'waiting'): void {
    // If the store fails, the lease expires by itself.
    this.#options.store.release(claim, { phase }).catch(() => {})
  }

  #drop({ run, parent }: HeldRun): void {
    if (this.#runs.get(run.id)?.run === run) this.#runs.delete(run.id)
    if (parent !== undefined) this.#runs.get(parent)?.run.leaveWhenQuiet()
    if (this.#runs.size > 0) return
    this.#endNews?.()
    for (const beat of this.#beats.splice(0)) beat.stop().catch(() => {})
  }

  #startBeats(): Beat[] {
    const { store, inboxBeatMs, passivates } = this.#options
    const inbox = this.#startBeat(inboxBeatMs, () => this.#readInboxes())
    this.#endNews = store.onNews?.('inbox', () => inbox.hasten())
    return [
      this.#startBeat(LEASE_BEAT_MS, () => this.renew()),
      inbox,
      ...(passivates ? [this.#startBeat(REST_BEAT_MS, async () => this.#restWaiting(SHORTEST_REST_MS))] : []),
    ]
  }

  /** Goes on after a failure of the store. */
  #startBeat(everyMs: number, act: () => Promise<unknown>): Beat {
    const everyTime = (): number => everyMs
    const beat = new Beat(this.#options.clock, () => act().then(everyTime, everyTime))
    beat.start(everyMs)
    return beat
  }

  async #readInboxes(): Promise<void> {
    const messages = await this.#options.store.readInbox([...this.#runs.values()].map(({ run }) => run.claim))
    for (const [id, own] of Map.groupBy(messages, ({ claim }) => claim.runId))
      this.#runs.get(id)?.run.receive(...own.map(({ message }) => message))
  }

  /** Lets go of families that only wait, and will do so for this long. */
  #restWaiting(forMs: number): void {
    const children = Map.groupBy(this.#runs.values(), ({ parent }) => parent)
    const roots = [...this.#runs.values()].filter(({ parent }) => parent === undefined || !this.#runs.has(parent))
    for (const { run } of roots) {
      const family = idleFamily(run, children)
      if (family === undefined) continue
      const dues = family.map((one) => one.nextDueAt() ?? Number.POSITIVE_INFINITY)
      if (Math.min(...dues) - this.#options.clock.now() < forMs) continue
      for (const one of family) one.leave({ kind: 'waiting' })
    }
  }
}

/** The run with all its descendants, the children first, if all of them only wait; else undefined. */
const idleFamily = (run: Run, children: ReadonlyMap<string | undefined, readonly HeldRun[]>): Run[] | undefined => {
  const own = children.get(run.id) ?? []
  // Every child run that the run waits for must be here: else one is being opened, or goes on in another process.
  if (run.restsOn() !== own.length) return undefined
  const families = own.map((child) => idleFamily(child.run, children))
  return families.every((family) => family !== undefined) ? [...families.flat(), run] : undefined
}
