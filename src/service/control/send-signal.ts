/** Events from outside, sent to runs: to one, or to all for which an expression holds. */
import { randomUUID } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { expectWithin, LIMITS } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { SignalBody } from '../../runtime/waits/read-message.ts'
import type { Redactor } from '../../secrets/secret-vault.ts'
import type { RunRecord, Store } from '../../store/store.ts'

export interface Signal {
  /** Of the event, as `wait` names it. */
  event: string
  data?: JsonValue | undefined
  /** The same one counts once for each run. Default: a new one. */
  id?: string | undefined
  /** Epoch milliseconds; default: now. */
  at?: number
  /** J9: takes out what is secret, as far as whoever sends it knows; whoever takes it up does it again. */
  vault?: Pick<Redactor, 'redact'>
}

export interface SignalEnd {
  id: string
  /** Ids of the runs that have it now. */
  reached: string[]
  /** Ids of the runs that had one with this id before, or have ended meanwhile. */
  passed: string[]
}

/** Durable when this resolves. @throws Fault `invalid_input` for an event without a name, `too_large`; StoreError */
export const sendSignal = async (
  store: Store,
  runs: readonly Pick<RunRecord, 'id'>[],
  { event, data = null, id = `signal-${randomUUID()}`, at = Date.now(), vault }: Signal,
): Promise<SignalEnd> => {
  if (event.trim() === '') throw new Fault('invalid_input', 'the event has no name')
  expectWithin(LIMITS.event, { subject: `event '${event}'`, amount: sizeOf(data) })
  const given = vault === undefined ? data : vault.redact(data)
  const body: SignalBody = { name: event, data: given, at: new Date(at).toISOString() }
  const posted = await Promise.all(
    runs.map((run) => store.post(run.id, { id, kind: 'signal', body: body as unknown as JsonValue })),
  )
  const ids = runs.map((run) => run.id)
  return { id, reached: ids.filter((_, index) => posted[index]), passed: ids.filter((_, index) => !posted[index]) }
}
