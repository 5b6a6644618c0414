/** The stored form of exported runs. */
import type { StoredCloudEvent } from '../cloud-event-record.ts'
import { expectCreated } from '../journal-row.ts'
import type { Needs } from '../queue-store.ts'
import {
  type BundledEvent,
  type BundledRun,
  listMissingDefinitions,
  type RunBundle,
  type TakenMessage,
} from '../run-bundle.ts'
import type { NewRun } from '../run-store.ts'
import { type PackedApproval, packApproval } from './approval-columns.ts'
import { toPhaseCode, toStatusCode } from './codes.ts'
import type { PackedEvent } from './event-columns.ts'
import { type FlowLimitColumns, toLimits } from './flow-columns.ts'
import { packJson } from './large-text.ts'
import { NOT_BEGUN, type PackedRun, packRun } from './new-run-columns.ts'

export interface PackedBundle extends Omit<RunBundle, 'runs'> {
  runs: ImportedRun[]
  /** Hashes of the definitions that the database must have already. */
  missing: string[]
}

export interface ImportedRun {
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
    events: bundled.events.map((event) => ({ event, text: pack(event.data), deliveredAt: event.deliveredAt })),
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
    // Exports of earlier releases do not have the field.
    needs: toBundledNeeds(run),
  }
}

/** Without its key, if another run has it: here already, or as the one that was made again under it. */
export const withFreeKey = ({ packed, bundled: { run: imported } }: ImportedRun, isTaken: boolean): PackedRun => {
  const { key, bodyHash, ...run } = packed.run
  if (isReplaced(imported)) return { ...packed, run: { ...run, ...(bodyHash === undefined ? {} : { bodyHash }) } }
  return isTaken ? { ...packed, run } : packed
}

const toBundledNeeds = ({ needs = [] }: Partial<BundledRun['run']>): Needs => needs

/** Exports of earlier releases do not have the field. */
const isReplaced = ({ replacedBy }: Partial<BundledRun['run']>): boolean => typeof replacedBy === 'string'

/** A run that does not go on by itself is an active one that was never claimed. */
export const toImportedColumns = (run: BundledRun['run'], { goesOn }: { goesOn: boolean }) => {
  const { status, phase, isPaused, begunAt, endedAt, usage } = run
  const wasClaimed = goesOn && status === 'running' && phase !== 'queued'
  return {
    epoch: wasClaimed ? 1 : 0,
    admittedAt: wasClaimed && run.flow !== null ? (begunAt ?? run.createdAt) : null,
    status: toStatusCode(status),
    phase: toPhaseCode(phase === 'queued' && !goesOn ? 'active' : phase),
    isPaused: isPaused ? 1 : 0,
    begunAt: begunAt === null ? NOT_BEGUN : begunAt,
    /** A run that begins by hand only does not expire. */
    expiresAt: goesOn ? (run.expiresAt ?? null) : null,
    endedAt,
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    costUsd: usage.cost_usd,
    cacheHits: usage.cache_hits ?? null,
    replacedBy: isReplaced(run) ? run.replacedBy : null,
    replacedKey: isReplaced(run) ? run.key : null,
  }
}

/** The columns of a new run that its record does not hold. */
export type StoredMaking = FlowLimitColumns & {
  body_hash: string | null
  flow_key: string | null
  rank: number | null
  expires_at: number | null
}

/** @param parts.taken The messages that the run has taken. */
export const toMade = (
  stored: StoredMaking | undefined,
  { workflow, taken }: { workflow: string; taken: TakenMessage[] },
): Pick<BundledRun['run'], 'bodyHash' | 'flow' | 'expiresAt' | 'taken'> => ({
  ...toBegun(stored, workflow),
  ...(taken.length === 0 ? {} : { taken }),
})

export const toBundledEvent = ({ runId, order, deliveredAt, ...event }: StoredCloudEvent): BundledEvent => ({
  ...event,
  ...(deliveredAt === null ? {} : { deliveredAt }),
})

const toBegun = (
  stored: StoredMaking | undefined,
  workflow: string,
): Pick<BundledRun['run'], 'bodyHash' | 'flow' | 'expiresAt'> => {
  if (stored === undefined || stored.flow_key === null) return { bodyHash: stored?.body_hash ?? null, flow: null }
  const { body_hash, flow_key, rank, expires_at } = stored
  const key = flow_key.slice(workflow.length + 1)
  const expiry = expires_at === null ? {} : { expiresAt: expires_at }
  return { bodyHash: body_hash, flow: { key, priority: 0 - (rank ?? 0), ...toLimits(stored) }, ...expiry }
}
