/**
 * The phase of a run in this process. All transitions are here.
 *
 *   running ──drain──▶ draining ──noteLeft──▶ draining, noted
 *   running, draining ──end──▶ ending ──close──▶ over
 *   running, draining ──close──▶ over
 *
 * | phase    | takes events | starts effects         | writes     | the run leaves when                     |
 * |----------|--------------|------------------------|------------|-----------------------------------------|
 * | running  | yes          | yes, unless paused     | yes        | it ends, or its holder lets go of it    |
 * | draining | yes          | no                     | yes        | nothing is in flight and `mayLeave`     |
 * | ending   | no           | no                     | its end    | its end is durable                      |
 * | over     | no           | no                     | no         | it has left; its actors come back       |
 *
 * A pause holds in every phase, since it belongs to the run and not to this process. A paused run takes events. It starts only the
 * calls that undo it, and child runs that have begun: those are paused on their own.
 */
export type RunPhase =
  | { kind: 'running' | 'ending' | 'over'; isPaused: boolean }
  /** `isNoted`: the journal says that nothing is in flight, so the next lease holder takes nothing for lost. */
  | { kind: 'draining'; isPaused: boolean; isNoted: boolean; mayLeave: () => boolean }

export type PhaseChange =
  | { type: 'pause'; isPaused: boolean }
  | { type: 'drain'; mayLeave: () => boolean }
  | { type: 'noteLeft' | 'end' | 'close' }

/** The phase after a change. A change that does not apply leaves the phase as it is. */
export const nextPhase = (phase: RunPhase, change: PhaseChange): RunPhase => {
  const { isPaused } = phase
  switch (change.type) {
    case 'pause':
      return { ...phase, isPaused: change.isPaused }
    case 'drain':
      return takesEvents(phase) ? { kind: 'draining', isPaused, isNoted: false, mayLeave: change.mayLeave } : phase
    case 'noteLeft':
      return phase.kind === 'draining' ? { ...phase, isNoted: true } : phase
    case 'end':
      return takesEvents(phase) ? { kind: 'ending', isPaused } : phase
    case 'close':
      return { kind: 'over', isPaused }
  }
}

/** True until the run ends or leaves this process. */
export const takesEvents = ({ kind }: RunPhase): boolean => kind === 'running' || kind === 'draining'
