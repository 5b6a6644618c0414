/** Imports a bundle, inside one transaction. */
import { toApprovalId } from '../../approval-id.ts'
import type { ImportResult } from '../../maintenance.ts'
import { missingDefinitionError } from '../../run-bundle.ts'
import { toOpened } from '../../sql/approval-columns.ts'
import { type ImportedRun, type PackedBundle, toImportedColumns, withFreeKey } from '../../sql/bundle-columns.ts'
import { insertRun } from '../run-creation.ts'
import { one, type Session, sql } from '../session.ts'
import { CONTENT, RUN } from '../statements.ts'

/** Refuses before anything is written. @throws StoreError `corrupt` */
export const importBundle = async (
  session: Session,
  bundle: PackedBundle,
  { goesOn }: { goesOn: boolean },
): Promise<ImportResult> => {
  const saved = await session.all(CONTENT.hasDefinitions, [bundle.missing])
  for (const hash of bundle.missing) if (!saved.some((one) => one.hash === hash)) throw missingDefinitionError(hash)
  for (const { hash, workflow, file, source, links } of bundle.definitions)
    await session.all(CONTENT.saveDefinition, [hash, workflow, file, source, JSON.stringify(links)])
  for (const { hash, bytes } of bundle.blobs) await session.all(CONTENT.putBlobs, [[hash], [bytes]])
  const result: ImportResult = { imported: [], existing: [] }
  for (const run of bundle.runs) {
    const { id } = run.packed.run
    const isNew = (await one(session, RUN.readKey, [id])) === undefined
    if (isNew) await importRun(session, run, { goesOn })
    result[isNew ? 'imported' : 'existing'].push(id)
  }
  return result
}

const importRun = async (session: Session, imported: ImportedRun, { goesOn }: { goesOn: boolean }): Promise<void> => {
  const { bundled, output, error, messages, approvals, events, packed } = imported
  const { workflow, key = null } = packed.run
  const isTaken = key !== null && (await one(session, RUN.readByKey, [workflow, key])) !== undefined
  const run = await insertRun(withFreeKey(imported, isTaken), session)
  const columns = toImportedColumns(bundled.run, { goesOn })
  const { status, phase, isPaused, endedAt, begunAt, replacedBy, replacedKey } = columns
  const { inputTokens, outputTokens, costUsd, cacheHits } = columns
  const usage = [inputTokens, outputTokens, costUsd, cacheHits]
  const state = [status, phase, isPaused, endedAt, output, error, ...usage]
  await session.all(SQL.complete, [
    ...state,
    begunAt,
    replacedBy ?? null,
    replacedKey,
    run,
    columns.epoch,
    columns.admittedAt,
    columns.expiresAt,
  ])
  for (const { id, kind } of bundled.run.taken ?? []) await session.all(SQL.addTaken, [run, id, kind])
  for (const { id, kind, text } of messages) await session.all(SQL.addMessage, [run, id, kind, text])
  for (const approval of approvals) {
    const { path, visit, step, title, shown, form, deciders, tool, count, ...rest } = toOpened(run, approval)
    const { given, dueAt, requestedAt, requestHash } = rest
    const asked = [run, path, visit, step, title, shown, form, deciders, tool, count]
    await session.all(SQL.addApproval, [...asked, given, dueAt, requestedAt, requestHash])
    await session.all(SQL.addApprovalId, [
      toApprovalId({ runId: bundled.run.id, ...approval.record }),
      run,
      path,
      visit,
    ])
  }
  for (const { event, text, deliveredAt = null } of events) {
    const { id, type, source, at, subject = null } = event
    await session.all(SQL.addEvent, [run, id, type, source, at, text, subject, deliveredAt])
  }
}

const SQL = {
  complete: sql(
    `update run set status = $1::int, phase = $2::int, is_paused = $3::int, ended_at = $4::bigint, output = $5, error = $6,
       input_tokens = $7::bigint, output_tokens = $8::bigint, cost_usd = $9::float8, cache_hits = $10::int, begun_at = $11::bigint,
       expires_at = $17::bigint, epoch = $15::int, admitted_at = $16::bigint, replaced_by = $12::text, idempotency_key = coalesce(idempotency_key, $13::text)
     where key = $14`,
  ),
  addMessage: sql('insert into inbox (run, id, kind, body, taken) values ($1, $2, $3, $4, 0) on conflict do nothing'),
  addTaken: sql('insert into inbox (run, id, kind, body, taken) values ($1, $2, $3, null, 1) on conflict do nothing'),
  addApproval: sql(
    `insert into approval (run, path, visit, step, title, shown, form, deciders, tool, needed, given, due_at, requested_at, request_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
  ),
  addApprovalId: sql('insert into approval_id (id, run, path, visit) values ($1, $2, $3, $4) on conflict do nothing'),
  addEvent: sql(
    `insert into outbox (run, id, type, source, at, data, subject, delivered_at) values ($1, $2, $3, $4, $5, $6, $7, $8::bigint)
     on conflict (id) do nothing`,
  ),
} as const
