/** `running` until the run ends; the status of an ended run never changes (J7). */
export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled'

/**
 * Phase of a run that has not ended. `queued`: it was never claimed. `active`: it has something to do, and is due without a
 * holder. `waiting`: it needs no process until a timer is due or a message arrives.
 */
export type RunPhase = (typeof RUN_PHASES)[number]

export const RUN_PHASES = ['queued', 'active', 'waiting'] as const
