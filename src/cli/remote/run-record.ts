/** Reads the JSON of a run, as servers answer it. */
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { NO_USAGE } from '../../runtime/budget/usage-totals.ts'
import { SHOWN_STATUSES, type ShownStatus } from '../../service/views/shown-status.ts'
import type { RunRecord } from '../../store/store.ts'

/** Fields that the JSON leaves out, such as the output, are empty. */
export const toRunRecord = ({ run, workflow, status, held_by: holder }: JsonObject): RunRecord => {
  const shown = toStatus(status)
  return {
    id: String(run),
    workflow: String(workflow),
    definition: '',
    parent: null,
    status: shown === 'completed' || shown === 'failed' || shown === 'cancelled' ? shown : 'running',
    phase: shown === 'queued' || shown === 'waiting' ? shown : 'active',
    isPaused: shown === 'paused',
    origin: null,
    key: null,
    replacedBy: null,
    createdAt: 0,
    begunAt: null,
    endedAt: null,
    output: null,
    error: null,
    usage: NO_USAGE,
    holder: shown === 'running' ? toHolder(holder) : null,
    epoch: 0,
  }
}

export const toStatus = (status: JsonValue | undefined): ShownStatus =>
  SHOWN_STATUSES.find((known) => known === status) ?? 'running'

/** The server judged its lease. */
const toHolder = (holder: JsonValue | undefined): RunRecord['holder'] => {
  const { pid, host } = { pid: 0, host: '', ...(typeof holder === 'object' && holder !== null ? holder : {}) }
  return { id: '', pid: Number(pid), host: String(host), processStart: 0, leaseUntil: Number.MAX_SAFE_INTEGER }
}

export const toText = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null)

export const toTexts = (value: JsonValue | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])
