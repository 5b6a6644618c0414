import { type ApprovalProgress, listStillAsked } from '../runtime/waits/approval-progress.ts'
import { whoAsks } from './who-asks.ts'

/** Chooses the user or, for the token of a link, the only person who may still decide. */
export const chooseDecider = (approval: ApprovalProgress, { isLink }: { isLink: boolean }): string => {
  const user = whoAsks()
  const asked = listStillAsked(approval) ?? []
  const [only] = asked
  return isLink && only !== undefined && asked.length === 1 && !approval.by?.includes(user) ? only : user
}
