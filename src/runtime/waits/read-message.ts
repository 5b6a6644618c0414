/** Reads an inbox message: the event it becomes, or the reason for which it is refused. */
import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { exceeds, LIMITS, type Limit } from '../../core/limits.ts'
import { sizeOf } from '../../core/value-size.ts'
import type { LateData } from '../../store/journal-data.ts'
import type { InboxMessage } from '../../store/store.ts'
import { CALLED_OFF } from '../child/child-id.ts'
import type { OpenWait } from '../effects/run-effect.ts'
import type { DecisionData, RunEvent } from '../run-event.ts'
import { describeAsked, describeGiven, hasApproved, toCounts } from './approval-progress.ts'
import { toRequestHash } from './request-hash.ts'

/** The journal notes the message, and it changes nothing. */
export type Refused = { kind: 'refused'; path: string; visit: number; data: LateData & { reason: string } }

export type Asked = { kind: 'event'; event: RunEvent } | { kind: 'pause'; isPaused: boolean; by: string } | Refused

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

/**
 * Reads a message. `isEnding`: only the steps of `finally` go on. A promise only for a decision whose values are judged by a form: `ajv` is loaded late.
 * @param at Epoch milliseconds.
 */
export const readMessage = (
  message: InboxMessage,
  { at, waits, isEnding = false }: { at: number; waits: readonly OpenWait[]; isEnding?: boolean },
): Asked | Promise<Asked> => {
  const { id, kind, body } = message
  const said = isJsonObject(body) ? body : {}
  const by = typeof said.by === 'string' ? said.by : 'unknown'
  switch (kind) {
    case 'decision':
      return readDecision(message, { at, waits })
    case 'pause':
    case 'unpause':
      return { kind: 'pause', isPaused: kind === 'pause', by }
    case 'signal': {
      const { name, data, at: sentAt } = said as SignalBody
      const reason = findExcess(LIMITS.event, data ?? null)
      if (reason !== undefined) return refuse(message, reason)
      return { kind: 'event', event: { kind: 'signal', at, data: { id, name, data: data ?? null, at: sentAt } } }
    }
    default:
      // Only people end the `finally` of a child run: it cleans up what its parent does not know of.
      if (isEnding && id === CALLED_OFF.id) return refuse(message, "the run has ended but for its 'finally'")
      return { kind: 'event', event: { kind: 'cancel', at, data: { by } } }
  }
}

/** The note of a message that does not count. Values that are too large to be kept are left out. */
export const refuse = ({ id, kind, body }: InboxMessage, reason: string): Refused => {
  if (kind === 'decision') {
    const { path, visit, requestHash: _, ...data } = withoutMade(body as DecisionBody)
    const { values: __, comment: ___, ...rest } = data
    const isTooLarge = findExcess(LIMITS.form, [data.values ?? null, data.comment ?? '']) !== undefined
    return { kind: 'refused', path, visit, data: { ...(isTooLarge ? rest : data), reason } }
  }
  const said = isJsonObject(body) ? body : {}
  const name = typeof said.name === 'string' ? said.name : kind
  return { kind: 'refused', path: '', visit: 0, data: { id, name, reason } }
}

/** Leaves out the fields that only a journal has. */
const withoutMade = ({ decided_at: _, given: __, count: ___, ...body }: DecisionBody) => body

/** Accepts a decision when its approval is open, this person may decide, and the values fit the form. */
const readDecision = (
  message: InboxMessage,
  { at, waits }: { at: number; waits: readonly OpenWait[] },
): Asked | Promise<Asked> => {
  const { path, visit, requestHash, ...data } = withoutMade(message.body as DecisionBody)
  const excess = findExcess(LIMITS.form, [data.values ?? null, data.comment ?? ''])
  if (excess !== undefined) return refuse(message, excess)
  const wait = waits.find((one) => one.path === path && one.visit === visit)
  if (wait?.kind !== 'approval') return refuse(message, 'nothing is asked here any more')
  const judge = (refusal: Refusal | undefined): Asked => {
    if (refusal !== undefined) return refuse(message, refusal.reason)
    const counted = { ...data, ...toCounts(wait, data.verdict) }
    return { kind: 'event', event: { kind: 'decision', at, path, visit, data: counted } }
  }
  const refusal = findRefusal(wait, { ...data, requestHash })
  return refusal instanceof Promise ? refusal.then(judge) : judge(refusal)
}

/** Reason for which a value is too large; undefined when it is not. */
const findExcess = (limit: Limit, value: JsonValue): string | undefined => {
  const amount = sizeOf(value)
  return amount > limit.most ? exceeds(limit, { subject: limit.what, amount }).message : undefined
}

/** `refused`: a person who may not decide. `conflict`: the person has approved before, or the request has changed. */
export interface Refusal {
  code: 'refused' | 'conflict' | 'invalid_input'
  reason: string
}

/** Reason for which a decision does not count; undefined when it does. A promise only where a form judges the values. */
export const findRefusal = (
  wait: Extract<OpenWait, { kind: 'approval' }>,
  { by, verdict, values, requestHash }: DecisionData & { requestHash?: string | undefined },
): Refusal | undefined | Promise<Refusal | undefined> => {
  if (wait.by !== null && !wait.by.includes(by)) {
    const expected = wait.by.map((name) => `'${name}'`).join(' or ')
    return { code: 'refused', reason: `'${by}' may not decide: expected ${expected}` }
  }
  if (requestHash !== undefined && requestHash !== toRequestHash(wait))
    return { code: 'conflict', reason: 'what is asked has changed since it was shown' }
  if (verdict === 'rejected') return undefined
  if (hasApproved(wait, by)) {
    const reason = `'${by}' has approved it already (${describeGiven(wait)}): expected ${describeAsked(wait)}`
    return { code: 'conflict', reason }
  }
  return wait.form === null ? undefined : judgeValues(wait.form, values)
}

/** Loaded late: most runs have no approval. */
const judgeValues = async (form: JsonSchema, values: JsonValue): Promise<Refusal | undefined> => {
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  const problem = createValidator(form)(values)
  if (problem === undefined) return undefined
  return { code: 'invalid_input', reason: `what was filled in does not fit the form: ${problem}` }
}
