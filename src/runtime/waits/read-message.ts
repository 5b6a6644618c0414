/** Reads an inbox message: the event it becomes, or the reason for which it is refused. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { exceeds, LIMITS, type Limit } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { InboxMessage } from '../../store/store.ts'
import type { OpenWait } from '../effects/run-effect.ts'
import type { DecisionData, RunEvent } from '../run-event.ts'
import { toRequestHash } from './request-hash.ts'

export type Asked =
  | { kind: 'event'; event: RunEvent }
  | { kind: 'pause'; isPaused: boolean; by: string }
  /** The journal notes it, and it changes nothing. */
  | { kind: 'refused'; path: string; visit: number; data: JsonObject }

/** Body of a decision in the inbox: the approval it is for, and the verdict. */
export type DecisionBody = DecisionData & {
  path: string
  visit: number
  /** Hash of the request that the person saw. Without it, the decision is for any request at this place. */
  requestHash?: string
}

/** Body of an event in the inbox. */
export type SignalBody = {
  name: string
  data: JsonValue
  /** RFC 3339. */
  at: string
}

/** @param at Epoch milliseconds. */
export const readMessage = ({ id, kind, body }: InboxMessage, at: number): Asked => {
  const said = isJsonObject(body) ? body : {}
  const by = typeof said.by === 'string' ? said.by : 'unknown'
  switch (kind) {
    case 'pause':
    case 'unpause':
      return { kind: 'pause', isPaused: kind === 'pause', by }
    case 'signal': {
      const { name, data, at: sentAt } = said as SignalBody
      const reason = findExcess(LIMITS.event, data ?? null)
      if (reason !== undefined) return { kind: 'refused', path: '', visit: 0, data: { id, name, reason } }
      return { kind: 'event', event: { kind: 'signal', at, data: { id, name, data: data ?? null, at: sentAt } } }
    }
    default:
      return { kind: 'event', event: { kind: 'cancel', at, data: { by } } }
  }
}

/** Accepts a decision when its approval is open, this person may decide, and the values fit the form. */
export const readDecision = async (
  { body }: InboxMessage,
  { now, waits }: { now: () => number; waits: () => readonly OpenWait[] },
): Promise<Asked> => {
  const { path, visit, requestHash, decided_at: _, ...data } = body as DecisionBody
  const excess = findExcess(LIMITS.form, [data.values ?? null, data.comment ?? ''])
  if (excess !== undefined) {
    const { values: __, comment: ___, ...rest } = data
    return { kind: 'refused', path, visit, data: { ...rest, reason: excess } }
  }
  const wait = waits().find((one) => one.path === path && one.visit === visit)
  const reason =
    wait?.kind === 'approval' ? await findRefusal(wait, { ...data, requestHash }) : 'nothing is asked here any more'
  if (reason !== undefined) return { kind: 'refused', path, visit, data: { ...data, reason } }
  return { kind: 'event', event: { kind: 'decision', at: now(), path, visit, data } }
}

/** Reason for which a value is too large; undefined when it is not. */
const findExcess = (limit: Limit, value: JsonValue): string | undefined => {
  const amount = sizeOf(value)
  return amount > limit.most ? exceeds(limit, { subject: limit.what, amount }).message : undefined
}

/** Reason for which a decision does not count; undefined when it does. */
export const findRefusal = async (
  wait: Extract<OpenWait, { kind: 'approval' }>,
  { by, verdict, values, requestHash }: DecisionData & { requestHash?: string | undefined },
): Promise<string | undefined> => {
  if (wait.by !== null && !wait.by.includes(by))
    return `'${by}' may not decide: expected ${wait.by.map((name) => `'${name}'`).join(' or ')}`
  if (requestHash !== undefined && requestHash !== toRequestHash(wait))
    return 'what is asked has changed since it was shown'
  if (verdict === 'rejected' || wait.form === null) return undefined
  // Loaded late: most runs have no approval.
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  const problem = createValidator(wait.form)(values)
  return problem === undefined ? undefined : `what was filled in does not fit the form: ${problem}`
}
