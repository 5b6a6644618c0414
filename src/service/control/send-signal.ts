/** Sends events from outside to runs. */
import { randomUUID } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { expectWithin, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { SignalBody } from '../../runtime/waits/read-message.ts'
import { expectNoSecret, type Redactor } from '../../secrets/secret-vault.ts'
import type { RunRecord, Store } from '../../store/store.ts'

export interface Signal {
  /** Name of the event in `wait`. */
  event: string
  data?: JsonValue | undefined
  /** Id of the event: each run takes the same id once. Default: a new id. */
  id?: string | undefined
  /** Epoch milliseconds; default: now. */
  at?: number
  /** J9: redacts the secrets that this process knows. The lease holder redacts again. */
  vault?: Pick<Redactor, 'redact'>
}

export interface SignalResult {
  /** Id of the event. */
  id: string
  /** Ids of the runs that took the event; a run that does not wait for it yet keeps it. */
  reached: string[]
  /** Ids of the runs that took this id before, or have ended. */
  passed: string[]
}

/** Durable when this resolves. @throws Fault `invalid_input` for an event without a name, or a secret in its name or id; `too_large`; StoreError */
export const sendSignal = async (
  store: Store,
  runs: readonly Pick<RunRecord, 'id'>[],
  { event, data = null, id = `signal-${randomUUID()}`, at = Date.now(), vault }: Signal,
): Promise<SignalResult> => {
  if (event.trim() === '') throw new Fault('invalid_input', 'the event has no name')
  expectNoSecret(event, { subject: 'event', vault })
  expectNoSecret(id, { subject: 'id', vault })
  expectWithin(LIMITS.event, { subject: `event '${event}'`, amount: sizeOf(data) })
  const given = vault === undefined ? data : vault.redact(data)
  const body: SignalBody = { name: event, data: given, at: new Date(at).toISOString() }
  const posted = await Promise.all(runs.map((run) => store.post(run.id, { id, kind: 'signal', body })))
  const ids = runs.map((run) => run.id)
  return { id, reached: ids.filter((_, index) => posted[index]), passed: ids.filter((_, index) => !posted[index]) }
}
