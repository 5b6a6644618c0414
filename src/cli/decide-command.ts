/** Command lines that decide an approval, with all that the approval requires. */
import type { JsonSchema } from '../core/json-schema.ts'
import { type ApprovalProgress, listStillAsked } from '../runtime/waits/approval-progress.ts'
import { requiredFields } from './input-schema.ts'
import { toOneLine } from './printable.ts'
import { quoteWord } from './shell-text.ts'
import { whoAsks } from './who-asks.ts'

export interface DecidedApproval extends ApprovalProgress {
  id: string
  /** Null: there is none. */
  form: JsonSchema | null
}

/** `troupe approvals approve 3f9c2b1a --values amount=… --by ann`. @param user The user of this machine. */
export const toApproveCommand = (approval: DecidedApproval, user = whoAsks()): string =>
  ['troupe approvals approve', approval.id, ...toValues(approval), ...toDecider(approval, user)].join(' ')

/** `troupe approvals reject 3f9c2b1a --by ann --comment "…"`. */
export const toRejectCommand = (approval: DecidedApproval, user = whoAsks()): string =>
  ['troupe approvals reject', approval.id, ...toDecider(approval, user), '--comment "…"'].join(' ')

/** The fields that the form requires. A form without fields takes one value. */
const toValues = ({ form: schema }: DecidedApproval): string[] => {
  if (schema === null) return []
  if (schema.properties === undefined) return ['--values …']
  const names = requiredFields(schema)
  if (!names.every((name) => /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)))
    return [`--values ${quoteWord(`{${names.map((name) => `${JSON.stringify(name)}: …`).join(', ')}}`)}`]
  return names.map((name) => `--values ${name}=…`)
}

/** The user, if they may still decide, else the first who may. Nothing where anyone may. */
const toDecider = (approval: DecidedApproval, user: string): string[] => {
  const asked = listStillAsked(approval) ?? []
  const decider = asked.includes(user) ? user : asked[0]
  return decider === undefined ? [] : [`--by ${quoteWord(toOneLine(decider))}`]
}
