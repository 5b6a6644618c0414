/** Keeps the record of a server in the store while it lives, with the kinds of runs that it can't perform. */
import { Beat } from '../core/beat.ts'
import type { Clock } from '../core/clock.ts'
import { SERVER_BEAT_MS, type UnfitRuns } from '../store/server-store.ts'
import type { Owner, Store } from '../store/store.ts'

export interface ServerPresenceOptions {
  store: Store
  clock: Clock
  owner: Owner
  listUnfit(): readonly UnfitRuns[]
}

export class ServerPresence {
  readonly #options: ServerPresenceOptions
  readonly #beat: Beat

  constructor(options: ServerPresenceOptions) {
    this.#options = options
    this.#beat = new Beat(options.clock, () => this.#mark())
  }

  start(): void {
    this.#beat.start()
  }

  /** The kinds of runs have changed. */
  hasten(): void {
    this.#beat.hasten()
  }

  async stop(): Promise<void> {
    await this.#beat.stop()
    await this.#options.store.dropServer(this.#options.owner.id).catch(() => {})
  }

  /** Never rejects: a store that does not answer is asked again, and others say so. */
  async #mark(): Promise<number> {
    const { store, owner, listUnfit } = this.#options
    const { id, host, pid } = owner
    await store.markServer({ id, host, pid, unfit: listUnfit() }).catch(() => {})
    return SERVER_BEAT_MS
  }
}
