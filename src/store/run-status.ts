/** `running` until it ends; then one of the others for ever (J7). */
export type RunStatus = 'running' | 'completed' | 'failed' | 'cancelled'

/**
 * What a run that goes on is at. `queued`: nobody has begun it. `active`: it has something to do, and is due when nobody holds
 * it. `waiting`: it needs no process until a timer is due or a message comes.
 */
export type RunPhase = 'queued' | 'active' | 'waiting'
