import type { SharedSlots } from '../core/provider-slots.ts'

/** Limits of providers that hold over all processes of a database. */
export interface SlotStore {
  /** A store without it leaves them to each process. */
  readonly slots?: SharedSlots
}
