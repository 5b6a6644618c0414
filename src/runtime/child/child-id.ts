/** How a run names the child run of one of its steps, and what it asks of it. */
import { hashBytes } from '../../core/hash.ts'
import type { InboxMessage } from '../../store/store.ts'

/** @param attempt Of the parent's effect: `sum_up#1.1`. */
export const toChildId = (parent: string, attempt: string): string =>
  `c-${hashBytes(`${parent}/${attempt}`).slice(0, 20)}`

/** To a child run whose step is called off, or whose parent is over. Always the same one: it counts once. */
export const CALLED_OFF: InboxMessage = { id: 'cancel-parent', kind: 'cancel', body: { by: 'parent' } }
