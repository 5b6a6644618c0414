/** Maintenance of a store in memory: what has no meaning without a file says so, or does nothing. */
import { Defect } from '../../core/defect.ts'
import type {
  ImportResult,
  StoreMaintenance,
  StoreProblem,
  StoreStats,
  SweepResult,
  SweepRule,
} from '../maintenance.ts'
import { BLOB_GRACE_MS, LARGEST_RUNS } from '../maintenance.ts'
import {
  type BundledRun,
  decodeBundle,
  encodeBundle,
  findBlobHashes,
  listMissingDefinitions,
  missingDefinitionError,
} from '../run-bundle.ts'
import { StoreError } from '../store-error.ts'
import { chooseSwept, readOwnRules } from '../swept-runs.ts'
import type { MemoryContent } from './memory-content.ts'
import { createMemoryRun, findWaiting, type MemoryRun } from './memory-run.ts'

export class MemoryMaintenance implements StoreMaintenance {
  readonly #content: MemoryContent

  constructor(content: MemoryContent) {
    this.#content = content
  }

  async stats(): Promise<StoreStats> {
    const { definitions, blobs, approvals, outbox } = this.#content
    const runs = this.#content.listRuns()
    const count = (sizes: number[]): number => sizes.reduce((sum, size) => sum + size, 0)
    return {
      fileBytes: 0,
      logBytes: 0,
      freeBytes: 0,
      rows: {
        run: runs.length,
        journal: count(runs.map(({ rows }) => rows.length)),
        timer: count(runs.map(({ timers }) => timers.size)),
        inbox: count(runs.map(({ inbox }) => inbox.size)),
        approval: approvals.list({}).length,
        outbox: outbox.list({}).length,
        definition: definitions.size,
        blob: blobs.size,
      },
      runs: countRuns(runs),
      blobs: { count: blobs.size, bytes: count([...blobs.values()].map(({ bytes }) => bytes.length)) },
      largest: findLargest(runs),
    }
  }

  async vacuum(): Promise<{ freedBytes: number }> {
    return { freedBytes: 0 }
  }

  async backup(path: string): Promise<void> {
    throw new StoreError(
      'unreadable',
      `backup '${path}' can't be written: expected a store in a file, got one in memory`,
    )
  }

  async check(): Promise<StoreProblem[]> {
    return []
  }

  async sweep(rule: SweepRule): Promise<SweepResult> {
    const runs = this.#content.listRuns()
    const ended = runs.flatMap(({ key, record: { status, endedAt, parent, workflow } }) =>
      endedAt === null || parent !== null ? [] : [{ key, workflow, status, endedAt }],
    )
    const newest = new Map(runs.map(({ record: { workflow, definition } }) => [workflow, definition]))
    const chosen = new Set(chooseSwept(ended, rule, await readOwnRules(newest, rule)))
    const swept = runs
      .filter(({ key }) => chosen.has(key))
      .map((run) => this.#listFamily(run))
      .filter((family) => family.every(({ record }) => record.status !== 'running'))
      .flat()
    const rows = swept.reduce((sum, run) => sum + run.rows.length, 0)
    const blobs = swept.length === 0 ? [] : this.#findUnused(new Set(swept), rule.at)
    const blobBytes = blobs.reduce((sum, [, { bytes }]) => sum + bytes.length, 0)
    if (rule.isDryRun !== true) {
      for (const run of swept) this.#content.drop(run)
      for (const [hash] of blobs) this.#content.blobs.delete(hash)
    }
    return { runs: swept.length, rows, blobs: blobs.length, blobBytes }
  }

  async exportRun(id: string): Promise<string | undefined> {
    const root = this.#content.findRun(id)
    if (root === undefined) return undefined
    const runs = this.#listFamily(root).map((run) => this.#bundle(run))
    const hashes = new Set(runs.flatMap((run) => findBlobHashes(JSON.stringify(run))))
    return encodeBundle({
      definitions: [...new Set(runs.map(({ run }) => run.definition))].flatMap(
        (hash) => this.#content.definitions.get(hash) ?? [],
      ),
      blobs: [...hashes].flatMap((hash) => {
        const bytes = this.#content.blobs.get(hash)?.bytes
        return bytes === undefined ? [] : [{ hash, bytes }]
      }),
      runs,
    })
  }

  async importRun(text: string): Promise<ImportResult> {
    const bundle = decodeBundle(text)
    for (const hash of listMissingDefinitions(bundle))
      if (!this.#content.definitions.has(hash)) throw missingDefinitionError(hash)
    const { definitions, blobs, runs } = bundle
    for (const definition of definitions)
      if (!this.#content.definitions.has(definition.hash)) this.#content.definitions.set(definition.hash, definition)
    for (const { hash, bytes } of blobs) this.#content.putBlob(hash, bytes)
    const result: ImportResult = { imported: [], existing: [] }
    for (const bundled of runs) {
      const isNew = this.#content.findRun(bundled.run.id) === undefined
      if (isNew) this.#take(bundled)
      result[isNew ? 'imported' : 'existing'].push(bundled.run.id)
    }
    return result
  }

  /** A run before its children. */
  #listFamily(root: MemoryRun): MemoryRun[] {
    const family = [root]
    const runs = this.#content.listRuns()
    for (const { record } of family) family.push(...runs.filter((run) => run.record.parent === record.id))
    return family
  }

  /** Blobs to which nothing but these runs refers. */
  #findUnused(gone: ReadonlySet<MemoryRun>, at: number): [hash: string, blob: { bytes: Uint8Array; putAt: number }][] {
    const left = this.#content.listRuns().filter((run) => !gone.has(run))
    const used = new Set(left.flatMap((run) => findBlobHashes(JSON.stringify(this.#bundle(run)))))
    return [...this.#content.blobs].filter(([hash, { putAt }]) => !used.has(hash) && putAt < at - BLOB_GRACE_MS)
  }

  #bundle(run: MemoryRun): BundledRun {
    const { holder, epoch, ...record } = run.record
    const { approvals, outbox } = this.#content
    return {
      run: { ...record, bodyHash: run.bodyHash ?? null, flow: run.flow },
      rows: run.rows,
      timers: [...run.timers].map(([id, dueAt]) => ({ id, dueAt })),
      messages: findWaiting(run),
      approvals: approvals.list({ run: record.id }).map(({ runId, workflow, ...approval }) => approval),
      events: outbox.list({ run: record.id }).map(({ runId, deliveredAt, ...event }) => event),
    }
  }

  #take({ run, rows, timers, messages, approvals, events }: BundledRun): void {
    const { bodyHash, flow, parent, key, phase, ...record } = run
    const [created, ...behind] = rows
    if (created === undefined) throw new Defect(`J2: bundled run '${run.id}': expected its first row, got none`)
    const { id, workflow, definition } = run
    const taken = createMemoryRun(this.#content.nextKey(), { id, workflow, definition, created, rows: behind, timers })
    const isKeyFree = key !== null && this.#content.findByKey(workflow, key) === undefined
    Object.assign(taken.record, record, {
      parent: parent !== null && this.#content.findRun(parent) ? parent : null,
      key: isKeyFree ? key : null,
      phase: phase === 'queued' ? 'active' : phase,
    })
    Object.assign(taken, { flow, bodyHash: isKeyFree ? (bodyHash ?? undefined) : undefined })
    for (const message of messages) taken.inbox.set(message.id, message)
    this.#content.add(taken)
    for (const approval of approvals) this.#content.approvals.open(taken.record, approval)
    for (const event of events) this.#content.outbox.add(id, event)
  }
}

const countRuns = (runs: readonly MemoryRun[]): StoreStats['runs'] => {
  const toPhase = ({ record }: MemoryRun) => (record.status === 'running' ? record.phase : null)
  const groups = Map.groupBy(runs, (run) => `${run.record.status} ${toPhase(run)}`)
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ status: first.record.status, phase: toPhase(first), count: 1 + others.length }],
  )
}

const findLargest = (runs: readonly MemoryRun[]): StoreStats['largest'] =>
  runs
    .map(({ record: { id, workflow }, rows }) => ({
      id,
      workflow,
      rows: rows.length,
      bytes: JSON.stringify(rows).length,
    }))
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, LARGEST_RUNS)
