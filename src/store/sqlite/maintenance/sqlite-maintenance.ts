/** Maintenance of a SQLite store, by the connection of the running one. Loaded when it is first asked for. */
import type {
  ImportResult,
  StoreMaintenance,
  StoreProblem,
  StoreStats,
  SweepResult,
  SweepRule,
} from '../../maintenance.ts'
import { decodeBundle, encodeBundle } from '../../run-bundle.ts'
import { backupDatabase } from './backup-database.ts'
import { checkContent } from './check-content.ts'
import { collectBundle } from './collect-bundle.ts'
import type { MaintainedStore } from './maintained-store.ts'
import { readStats } from './read-stats.ts'
import { packBundle, RunImport } from './run-import.ts'
import { sweepBlobs } from './sweep-blobs.ts'
import { sweepRuns } from './sweep-runs.ts'
import { vacuumDatabase } from './vacuum-database.ts'

export class SqliteMaintenance implements StoreMaintenance {
  readonly #store: MaintainedStore

  constructor(store: MaintainedStore) {
    this.#store = store
  }

  stats(): Promise<StoreStats> {
    return this.#store.queue.read(() => readStats(this.#store.connection))
  }

  vacuum(options?: { inSteps?: boolean }): Promise<{ freedBytes: number }> {
    return vacuumDatabase(this.#store, options)
  }

  backup(path: string): Promise<void> {
    return backupDatabase(this.#store, path)
  }

  check(): Promise<StoreProblem[]> {
    return this.#store.queue.read(() => checkContent(this.#store.connection))
  }

  async sweep(rule: SweepRule): Promise<SweepResult> {
    const { at, isDryRun = false, signal } = rule
    const { gone, ...swept } = await sweepRuns(this.#store, rule)
    const blobs =
      swept.runs === 0 ? { blobs: 0, blobBytes: 0 } : await sweepBlobs(this.#store, { at, gone, isDryRun, signal })
    return { ...swept, ...blobs }
  }

  exportRun(id: string): Promise<string | undefined> {
    return this.#store.queue.read(() => {
      const bundle = collectBundle(this.#store, id)
      return bundle && encodeBundle(bundle)
    })
  }

  async importRun(text: string): Promise<ImportResult> {
    const packed = packBundle(decodeBundle(text))
    return this.#store.queue.change(() => new RunImport(this.#store).take(packed))
  }
}
