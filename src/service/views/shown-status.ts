import { createOwner } from '../../store/process-identity.ts'
import { isLeaseFree } from '../../store/rules/lease.ts'
import type { RunRecord } from '../../store/store.ts'

/**
 * The status that people see. `queued`: it has not started. `waiting`: it needs no process until a deadline, an event or a
 * decision arrives. `interrupted`: it has work to do, and no process holds it. `damaged`: its row can't be decoded.
 */
export const SHOWN_STATUSES = [
  ...(['running', 'queued', 'waiting', 'paused', 'interrupted'] as const),
  ...(['completed', 'failed', 'cancelled', 'damaged'] as const),
] as const

export type ShownStatus = (typeof SHOWN_STATUSES)[number]

export const toShownStatus = ({ status, phase, isPaused, holder }: RunRecord, now = Date.now()): ShownStatus => {
  if (status !== 'running') return status
  if (isPaused) return 'paused'
  if (!isLeaseFree(holder, createOwner(), now)) return 'running'
  return phase === 'active' ? 'interrupted' : phase
}

/** True for a run that has not ended and that no process holds. */
export const isFree = ({ status, holder }: RunRecord, now = Date.now()): boolean =>
  status === 'running' && isLeaseFree(holder, createOwner(), now)
