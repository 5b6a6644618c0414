/**
 * Creates and resolves tokens whose bearer may decide one question, once. The store keeps their SHA-256 alone. A token names its
 * question too, so that a void token can be explained.
 */
import { randomBytes } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { hashBytes } from '../../core/hash.ts'
import { toApprovalId } from '../../store/approval-id.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import type { Store } from '../../store/store.ts'
import { describeOutcome } from './past-decision.ts'

const TOKEN_BYTES = 32

export interface ApprovalLink {
  token: string
  /** Epoch milliseconds: end of its validity; null: as long as the question is open. */
  dueAt: number | null
}

/**
 * Creates a token. An earlier token for the same question no longer counts.
 * @throws Fault `conflict` when the question is no longer open, or has changed
 */
export const createLink = async (store: Store, approval: OpenApproval): Promise<ApprovalLink> => {
  const { runId, path, visit, requestHash, dueAt } = approval
  const secret = randomBytes(TOKEN_BYTES).toString('base64url')
  const token = `${secret}.${Buffer.from(JSON.stringify([runId, path, visit, requestHash])).toString('base64url')}`
  if (await store.grantToken(runId, { path, visit, requestHash, tokenHash: hashBytes(token) })) return { token, dueAt }
  const why = (await describeOutcome(store, { runId, path, visit })) ?? 'what is asked has changed'
  throw new Fault('conflict', `there is nothing to decide any more: ${why}`)
}

/** Id of the message that decides with the token, so that a token counts once. */
export const toTokenMessageId = (token: string): string => `decision-${hashBytes(token)}`

/** Finds the question of a token. @throws Fault `conflict` for a void token, with the reason; `not_found` for an unknown one */
export const findByToken = async (store: Store, token: string): Promise<OpenApproval> => {
  const approval = await store.findApprovalByToken(hashBytes(token))
  if (approval !== undefined) return approval
  const named = parseToken(token)
  if (named === undefined) throw new Fault('not_found', 'the token is none: expected one of troupe approvals link')
  throw new Fault('conflict', `the token does not count any more: ${await explainVoid(store, named)}`)
}

type NamedQuestion = Pick<OpenApproval, 'runId' | 'path' | 'visit' | 'requestHash'>

const parseToken = (token: string): NamedQuestion | undefined => {
  try {
    const [, text = ''] = token.split('.')
    const [runId, path, visit, requestHash] = JSON.parse(Buffer.from(text, 'base64url').toString())
    const isWhole = [runId, path, requestHash].every((part) => typeof part === 'string') && typeof visit === 'number'
    return isWhole ? { runId, path, visit, requestHash } : undefined
  } catch {
    return undefined
  }
}

/**
 * Explains why the token is void. A token is made by anyone who knows the form, so an outcome is told only to one that names the id of a
 * question that was asked: the hash of its content is in it.
 */
const explainVoid = async (store: Store, named: NamedQuestion): Promise<string> => {
  const { runId, path, visit, requestHash } = named
  const open = (await store.listApprovals({ run: runId })).find((one) => one.path === path && one.visit === visit)
  if (open === undefined) {
    const asked = await store.listNamedApprovals(toApprovalId(named))
    const isKnown = asked.some((one) => one.runId === runId && one.path === path && one.visit === visit)
    return (isKnown ? await describeOutcome(store, { runId, path, visit }) : undefined) ?? 'nothing is asked any more'
  }
  return open.requestHash === requestHash ? 'a newer one was made' : 'what is asked has changed since it was made'
}
