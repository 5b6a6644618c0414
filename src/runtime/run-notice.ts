/** Notices to the watchers of a run: for live views only. The journal is the truth. */
import type { MachineContext } from '../compiler/machine-context.ts'
import type { ActorWarning, Progress } from '../core/actor.ts'
import type { FaultData } from '../core/fault.ts'
import type { ReachedData } from '../store/journal-data.ts'
import type { OpenEffect } from './effects/run-effect.ts'
import type { AttemptFigures, Outcome } from './run-event.ts'

export type RunNotice =
  | { type: 'attempt.started'; effect: OpenEffect; attempt: number }
  | {
      type: 'attempt.failed'
      effect: OpenEffect
      fault: FaultData
      figures: AttemptFigures
      /** Undefined: the pause is not known. */
      retryInMs: number | undefined
      /** The next model of a fallback order, if the next attempt is its first one. */
      fallsBackTo?: string | undefined
    }
  | { type: 'attempt.progress'; effect: OpenEffect; progress: Progress }
  | { type: 'attempt.warned'; effect: OpenEffect; warning: ActorWarning }
  | { type: 'effect.ended'; effect: OpenEffect; outcome: Outcome; figures: AttemptFigures }
  | { type: 'effect.stopped'; path: string }
  /** A change is durable. `contexts`: those of the root machine since the last notice, one for each of its steps, in order. */
  | { type: 'run.changed'; contexts: readonly MachineContext[] }
  /** The store cannot be written, for this cause; undefined: it can again. Until then nothing new starts. */
  | { type: 'run.held'; cause: unknown }
  /** The run is near one of its bounds (core/limits.ts). There is one notice per bound. */
  | ({ type: 'run.warned' } & ReachedData)

export type RunWatcher = (notice: RunNotice) => void

export const ignoreNotices: RunWatcher = () => {}

/** A watcher whose failure does not reach the run. */
export const isolateWatcher =
  (watch: RunWatcher): RunWatcher =>
  (notice) => {
    try {
      watch(notice)
    } catch {
      // There is no one else to notify: the watcher is the view itself.
    }
  }
