/** Imports a bundle, inside one transaction. */
import { expectCreated } from '../../journal-row.ts'
import type { ImportResult } from '../../maintenance.ts'
import { type BundledRun, listMissingDefinitions, missingDefinitionError, type RunBundle } from '../../run-bundle.ts'
import { type PackedApproval, packApproval } from '../../sql/approval-columns.ts'
import { toPhaseCode, toStatusCode } from '../../sql/codes.ts'
import type { PackedEvent } from '../../sql/event-columns.ts'
import { packJson } from '../../sql/large-text.ts'
import { NOT_BEGUN, type PackedRun, packRun } from '../../sql/new-run-columns.ts'
import type { NewRun } from '../../store.ts'
import type { Connection } from '../connection.ts'
import type { MaintainedStore } from './maintained-store.ts'

export interface PackedBundle extends Omit<RunBundle, 'runs'> {
  runs: ImportedRun[]
  /** Hashes of the definitions that the database must have already. */
  missing: string[]
}

interface ImportedRun {
  bundled: BundledRun
  packed: PackedRun
  output: string | null
  error: string | null
  messages: { id: string; kind: string; text: string }[]
  approvals: PackedApproval[]
  events: PackedEvent[]
}

export const packBundle = (bundle: RunBundle): PackedBundle => ({
  ...bundle,
  runs: bundle.runs.map(packImported),
  missing: listMissingDefinitions(bundle),
})

const packImported = (bundled: BundledRun): ImportedRun => {
  const { output, error, status } = bundled.run
  const packed = packRun(toNewRun(bundled))
  const pack = (value: Parameters<typeof packJson>[0]): string => packJson(value, packed.large)
  return {
    bundled,
    packed,
    output: status === 'running' ? null : pack(output),
    error: error === null ? null : pack({ ...error }),
    messages: bundled.messages.map(({ id, kind, body }) => ({ id, kind, text: pack(body) })),
    approvals: bundled.approvals.map((approval) => packApproval(approval, packed.large)),
    events: bundled.events.map((event) => ({ event, text: pack(event.data) })),
  }
}

const toNewRun = ({ run, rows, timers }: BundledRun): NewRun => {
  const created = expectCreated(rows, run.id)
  return {
    id: run.id,
    workflow: run.workflow,
    definition: run.definition,
    created,
    rows: rows.slice(1),
    timers,
    ...(run.parent === null ? {} : { parent: run.parent }),
    ...(run.origin === null ? {} : { origin: run.origin }),
    ...(run.key === null ? {} : { key: run.key }),
    ...(run.bodyHash === null ? {} : { bodyHash: run.bodyHash }),
    ...(run.flow === null ? {} : { flow: run.flow }),
  }
}

/** Refuses before anything is written. @throws StoreError `corrupt` */
export const importBundle = (store: MaintainedStore, bundle: PackedBundle): ImportResult => {
  const { insertDefinition, insertBlob, readRunKey, readDefinitionKey } = store.statements
  for (const hash of bundle.missing) if (readDefinitionKey.get(hash) === undefined) throw missingDefinitionError(hash)
  for (const { hash, workflow, file, source, links } of bundle.definitions)
    insertDefinition.run(hash, workflow, file, source, JSON.stringify(links))
  for (const { hash, bytes } of bundle.blobs) insertBlob.run(hash, bytes)
  const statements = prepareImport(store.connection)
  const result: ImportResult = { imported: [], existing: [] }
  for (const run of bundle.runs) {
    const { id } = run.packed.run
    const isNew = readRunKey.get(id) === undefined
    if (isNew) importRun(run, { store, statements })
    result[isNew ? 'imported' : 'existing'].push(id)
  }
  return result
}

const importRun = (
  imported: ImportedRun,
  { store, statements }: { store: MaintainedStore; statements: ReturnType<typeof prepareImport> },
): void => {
  const { bundled, output, error, messages, approvals, events } = imported
  const parts = store.parts()
  const run = store.creation.insert(withFreeKey(imported, store))
  statements.complete.run({ run, output, error, ...toColumns(bundled.run) })
  for (const { id, kind, text } of messages) statements.addMessage.run(run, id, kind, text)
  for (const approval of approvals) parts.approvals.open({ runKey: run, runId: bundled.run.id }, approval)
  for (const event of events) parts.outbox.add(run, event)
}

/** Without its key, if another run has it: here already, or as the one that was made again under it. */
const withFreeKey = (
  { packed, bundled: { run: imported } }: ImportedRun,
  { statements }: MaintainedStore,
): PackedRun => {
  const { key, bodyHash, ...run } = packed.run
  if (isReplaced(imported)) return { ...packed, run: { ...run, ...(bodyHash === undefined ? {} : { bodyHash }) } }
  if (key === undefined || statements.readRunByKey.get(run.workflow, key) === undefined) return packed
  return { ...packed, run }
}

/** Exports of earlier releases do not have the field. */
const isReplaced = ({ replacedBy }: Partial<BundledRun['run']>): boolean => typeof replacedBy === 'string'

/** A queued run becomes an active one that was never claimed, so that it does not start by itself. */
const toColumns = (run: BundledRun['run']) => {
  const { status, phase, isPaused, begunAt, endedAt, usage } = run
  return {
    status: toStatusCode(status),
    phase: toPhaseCode(phase === 'queued' ? 'active' : phase),
    isPaused: isPaused ? 1 : 0,
    begunAt: begunAt === null ? NOT_BEGUN : begunAt,
    endedAt,
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    costUsd: usage.cost_usd,
    cacheHits: usage.cache_hits ?? null,
    replacedBy: isReplaced(run) ? run.replacedBy : null,
    replacedKey: isReplaced(run) ? run.key : null,
  }
}

const prepareImport = (db: Connection) => ({
  complete: db.prepare<[ReturnType<typeof toColumns> & { run: number; output: string | null; error: string | null }]>(
    `update run set status = @status, phase = @phase, is_paused = @isPaused, ended_at = @endedAt, output = @output,
       error = @error, input_tokens = @inputTokens, output_tokens = @outputTokens, cost_usd = @costUsd, cache_hits = @cacheHits,
       begun_at = @begunAt, expires_at = null, replaced_by = @replacedBy,
       idempotency_key = coalesce(idempotency_key, @replacedKey)
     where key = @run`,
  ),
  addMessage: db.prepare<[run: number, id: string, kind: string, body: string]>(
    'insert into inbox (run, id, kind, body, taken) values (?, ?, ?, ?, 0) on conflict (run, id) do nothing',
  ),
})
