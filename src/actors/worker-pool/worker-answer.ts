import { type Fault, toFault } from '../../core/fault.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Frame } from './frames.ts'

export type WorkerAnswer = 'begun' | { text: string } | { error: Fault; begun: true }

/** Reads what a worker sends. A task may have taken it over, so nothing in it is trusted. */
export const readAnswer = ({ head: { kind, fault }, body }: Frame): WorkerAnswer => {
  if (kind === 'begun') return 'begun'
  if (kind === 'done') return { text: body.toString('utf8') }
  const { code, message, retryable, details } = isJsonObject(fault) ? fault : {}
  return {
    begun: true,
    error: toFault({
      code: typeof code === 'string' ? code : 'tool_failed',
      message: String(message),
      retryable: retryable === true,
      ...(isJsonObject(details) ? { details } : {}),
    }),
  }
}
