import { isLeaseFree } from '../store/lease.ts'
import { createOwner } from '../store/process-identity.ts'
import type { Owner, RunRecord, RunStatus } from '../store/store.ts'

/** As people speak of it: a run that nobody holds, and that has not ended, is interrupted. */
export type ShownStatus = RunStatus | 'interrupted'

export const SHOWN_STATUSES: readonly ShownStatus[] = ['running', 'interrupted', 'completed', 'failed', 'cancelled']

export const toShownStatus = ({ status, holder }: RunRecord, now = Date.now()): ShownStatus =>
  status === 'running' && isLeaseFree(holder, createOwner(), now) ? 'interrupted' : status

/** `process 123`, with its host where that is another. */
export const describeHolder = ({ pid, host }: Pick<Owner, 'pid' | 'host'>): string => {
  const own = createOwner().host
  return host === own ? `process ${pid}` : `process ${pid} on ${host.split('/')[0] ?? host}`
}
