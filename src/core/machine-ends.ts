/** How a run can end. */
export const END_STATUSES = ['completed', 'failed', 'cancelled'] as const
export type EndStatus = (typeof END_STATUSES)[number]

/** The final states of every machine of a run. The id of a step can't hold a dash, so no step has such a name. */
export const COMPLETED = 'run--completed'
export const FAILED = 'run--failed'
export const CANCELLED = 'run--cancelled'

/** The state before a failed or cancelled end, in which steps with `undo` are undone. Also the id of its one invoke. */
export const UNDO = 'run--undo'

/** The state of a block with `compensate` in which its steps are undone, before its `on_error` goes on. Also the id of its one invoke. */
export const toCompensation = (block: string): string => `${block}${COMPENSATION}`

const COMPENSATION = '--compensate'

/** The block that is compensated in this state; undefined for any other state. */
export const compensatedBlock = (state: string): string | undefined =>
  state.endsWith(COMPENSATION) ? state.slice(0, -COMPENSATION.length) : undefined

/** The state before every end of a workflow with `finally`, and the one that decides which end follows. */
export const FINALLY = 'run--finally'
export const FINISHED = 'run--finished'

/** The longest time that `finally` may take. */
export const FINALLY_MS = 300_000
