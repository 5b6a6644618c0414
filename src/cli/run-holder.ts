import { createOwner } from '../store/process-identity.ts'
import { isLeaseFree } from '../store/rules/lease.ts'
import type { Owner, RunRecord, RunStatus } from '../store/store.ts'
import type { Paint } from './paint.ts'

/**
 * As people speak of it. `queued`: nobody has begun it. `waiting`: it needs no process until a deadline, an event or a decision
 * comes. `interrupted`: it has something to do, and nobody holds it.
 */
export type ShownStatus = RunStatus | 'queued' | 'waiting' | 'paused' | 'interrupted'

export const SHOWN_STATUSES: readonly ShownStatus[] = [
  'running',
  'queued',
  'waiting',
  'paused',
  'interrupted',
  'completed',
  'failed',
  'cancelled',
]

export const STATUS_COLORS: Record<ShownStatus, keyof Paint> = {
  running: 'cyan',
  queued: 'cyan',
  waiting: 'cyan',
  paused: 'yellow',
  interrupted: 'yellow',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
}

export const toShownStatus = ({ status, phase, isPaused, holder }: RunRecord, now = Date.now()): ShownStatus => {
  if (status !== 'running') return status
  if (isPaused) return 'paused'
  if (!isLeaseFree(holder, createOwner(), now)) return 'running'
  return phase === 'active' ? 'interrupted' : phase
}

/** Whether nobody holds a run that goes on. */
export const isFree = ({ status, holder }: RunRecord, now = Date.now()): boolean =>
  status === 'running' && isLeaseFree(holder, createOwner(), now)

/** `process 123`, with its host where that is another. */
export const describeHolder = ({ pid, host }: Pick<Owner, 'pid' | 'host'>): string => {
  const own = createOwner().host
  return host === own ? `process ${pid}` : `process ${pid} on ${host.split('/')[0] ?? host}`
}
