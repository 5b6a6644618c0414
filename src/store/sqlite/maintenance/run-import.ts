/** Imports a bundle, inside one transaction. */

import type { ImportResult } from '../../maintenance.ts'
import { missingDefinitionError } from '../../run-bundle.ts'
import { type ImportedRun, type PackedBundle, toImportedColumns, withFreeKey } from '../../sql/bundle-columns.ts'
import type { Connection } from '../connection.ts'
import type { MaintainedStore } from './maintained-store.ts'

/** Refuses before anything is written. @throws StoreError `corrupt` */
export const importBundle = (
  store: MaintainedStore,
  bundle: PackedBundle,
  { goesOn }: { goesOn: boolean },
): ImportResult => {
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
    if (isNew) importRun(run, { store, statements, goesOn })
    result[isNew ? 'imported' : 'existing'].push(id)
  }
  return result
}

const importRun = (
  imported: ImportedRun,
  {
    store,
    statements,
    goesOn,
  }: { store: MaintainedStore; statements: ReturnType<typeof prepareImport>; goesOn: boolean },
): void => {
  const { bundled, output, error, messages, approvals, events } = imported
  const parts = store.parts()
  const { workflow, key = null } = imported.packed.run
  const isTaken = key !== null && store.statements.readRunByKey.get(workflow, key) !== undefined
  const run = store.creation.insert(withFreeKey(imported, isTaken))
  statements.complete.run({ run, output, error, ...toImportedColumns(bundled.run, { goesOn }) })
  for (const { id, kind } of bundled.run.taken ?? []) statements.addTaken.run(run, id, kind)
  for (const { id, kind, text } of messages) statements.addMessage.run(run, id, kind, text)
  for (const approval of approvals) parts.approvals.open({ runKey: run, runId: bundled.run.id }, approval)
  for (const event of events) parts.outbox.add(run, event)
}

const prepareImport = (db: Connection) => ({
  complete: db.prepare<
    [ReturnType<typeof toImportedColumns> & { run: number; output: string | null; error: string | null }]
  >(
    `update run set status = @status, phase = @phase, is_paused = @isPaused, ended_at = @endedAt, output = @output,
       error = @error, input_tokens = @inputTokens, output_tokens = @outputTokens, cost_usd = @costUsd, cache_hits = @cacheHits,
       begun_at = @begunAt, expires_at = @expiresAt, epoch = @epoch, admitted_at = @admittedAt, replaced_by = @replacedBy,
       idempotency_key = coalesce(idempotency_key, @replacedKey)
     where key = @run`,
  ),
  addTaken: db.prepare<[run: number, id: string, kind: string]>(
    'insert into inbox (run, id, kind, body, taken) values (?, ?, ?, null, 1) on conflict (run, id) do nothing',
  ),
  addMessage: db.prepare<[run: number, id: string, kind: string, body: string]>(
    'insert into inbox (run, id, kind, body, taken) values (?, ?, ?, ?, 0) on conflict (run, id) do nothing',
  ),
})
