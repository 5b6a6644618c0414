/** Names of child runs, and the message that cancels one. */
import { hashBytes } from '../../core/hash.ts'
import type { InboxMessage } from '../../store/store.ts'

/** @param attempt Attempt of the parent's effect: `sum_up#1.1`. */
export const toChildId = (parent: string, attempt: string): string =>
  `c-${hashBytes(`${parent}/${attempt}`).slice(0, 20)}`

/**
 * Id of a run that a step starts and does not wait for. It begins as that of any run without a parent.
 * @param effect `sum_up#1`
 */
export const toDetachedId = (starter: string, effect: string): string =>
  `r-${hashBytes(`detached/${starter}/${effect}`).slice(0, 20)}`

/** Cancels a child run whose step is stopped or whose parent is over. It has one id, so that it counts once. */
export const CALLED_OFF: InboxMessage = { id: 'cancel-parent', kind: 'cancel', body: { by: 'parent' } }
