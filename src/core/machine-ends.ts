/** The states that every machine of a run ends in. Steps can't have a dash in their id, so none is called so. */
export const COMPLETED = 'run--completed'
export const FAILED = 'run--failed'
export const CANCELLED = 'run--cancelled'

/** Before a failed or cancelled end: what steps with `undo` have done is undone. Also the id of its one invoke. */
export const UNDO = 'run--undo'
