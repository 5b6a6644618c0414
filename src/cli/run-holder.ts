import type { ShownStatus } from '../service/views/shown-status.ts'
import { createOwner } from '../store/process-identity.ts'
import type { Owner } from '../store/store.ts'
import type { Paint } from './paint.ts'

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

/** `process 123`, with its host if that is another machine. */
export const describeHolder = ({ pid, host }: Pick<Owner, 'pid' | 'host'>): string => {
  const own = createOwner().host
  return host === own ? `process ${pid}` : `process ${pid} on ${host.split('/')[0] ?? host}`
}
