import { createOwner } from '../store/process-identity.ts'
import { isLeaseFree } from '../store/rules/lease.ts'
import type { Owner, RunRecord, RunStatus } from '../store/store.ts'
import type { Paint } from './paint.ts'

/**
 * The status that people see. `queued`: it has not started. `waiting`: it needs no process until a deadline, an event or a
 * decision arrives. `interrupted`: it has work to do, and no process holds it. `damaged`: its row can't be decoded.
 */
export type ShownStatus = RunStatus | 'queued' | 'waiting' | 'paused' | 'interrupted' | 'damaged'

export const STATUS_COLORS: Record<ShownStatus, keyof Paint> = {
  running: 'cyan',
  queued: 'cyan',
  waiting: 'cyan',
  paused: 'yellow',
  interrupted: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
  damaged: 'red',
}

export const toShownStatus = ({ status, phase, isPaused, holder }: RunRecord, now = Date.now()): ShownStatus => {
  if (status !== 'running') return status
  if (isPaused) return 'paused'
  if (!isLeaseFree(holder, createOwner(), now)) return 'running'
  return phase === 'active' ? 'interrupted' : phase
}

/** True for a run that has not ended and that no process holds. */
export const isFree = ({ status, holder }: RunRecord, now = Date.now()): boolean =>
  status === 'running' && isLeaseFree(holder, createOwner(), now)

/** `process 123`, with its host if that is another machine. */
export const describeHolder = ({ pid, host }: Pick<Owner, 'pid' | 'host'>): string => {
  const own = createOwner().host
  return host === own ? `process ${pid}` : `process ${pid} on ${host.split('/')[0] ?? host}`
}
