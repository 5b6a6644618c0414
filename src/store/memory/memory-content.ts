/** All that a store in memory holds, found by what it is asked for. Who holds a run and what may be written is the store's. */
import type { Definition, NewRun } from '../store.ts'
import { MemoryApprovals } from './memory-approvals.ts'
import { MemoryOutbox } from './memory-outbox.ts'
import type { MemoryRun } from './memory-run.ts'

export class MemoryContent {
  readonly definitions = new Map<string, Definition>()
  /** `putAt`: when it was last put here, epoch milliseconds. */
  readonly blobs = new Map<string, { bytes: Uint8Array; putAt: number }>()
  readonly approvals = new MemoryApprovals()
  readonly outbox = new MemoryOutbox()
  readonly #now: () => number
  readonly #runs = new Map<number, MemoryRun>()
  readonly #byId = new Map<string, MemoryRun>()
  /** By workflow and idempotency key. */
  readonly #byKey = new Map<string, MemoryRun>()
  #lastKey = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Never given twice, so that no old claim fits a newer run. */
  nextKey(): number {
    this.#lastKey += 1
    return this.#lastKey
  }

  add(run: MemoryRun): void {
    const { id, workflow, key } = run.record
    this.#runs.set(run.key, run)
    this.#byId.set(id, run)
    if (key !== null) this.#byKey.set(toKeyText(workflow, key), run)
  }

  /** With all that belongs to it. */
  drop({ key: runKey, record: { id, workflow, key } }: MemoryRun): void {
    this.#runs.delete(runKey)
    this.#byId.delete(id)
    if (key !== null) this.#byKey.delete(toKeyText(workflow, key))
    this.approvals.closeAll(id)
    this.outbox.dropOf(id)
  }

  /** In the order in which they were made. */
  listRuns(): MemoryRun[] {
    return [...this.#runs.values()]
  }

  listIds(): string[] {
    return [...this.#byId.keys()]
  }

  getRun(key: number): MemoryRun | undefined {
    return this.#runs.get(key)
  }

  findRun(id: string): MemoryRun | undefined {
    return this.#byId.get(id)
  }

  findByKey(workflow: string, key: NewRun['key']): MemoryRun | undefined {
    return key === undefined ? undefined : this.#byKey.get(toKeyText(workflow, key))
  }

  putBlob(hash: string, bytes: Uint8Array): void {
    const known = this.blobs.get(hash)
    this.blobs.set(hash, { bytes: known?.bytes ?? bytes.slice(), putAt: this.#now() })
  }
}

const toKeyText = (workflow: string, key: string): string => `${workflow} ${key}`
