/** The final states of every machine of a run. The id of a step can't hold a dash, so no step has such a name. */
export const COMPLETED = 'run--completed'
export const FAILED = 'run--failed'
export const CANCELLED = 'run--cancelled'

/** The state before a failed or cancelled end, in which steps with `undo` are undone. Also the id of its one invoke. */
export const UNDO = 'run--undo'
