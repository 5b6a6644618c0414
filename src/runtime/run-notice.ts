/** What watchers of a run are told while it goes on: for live views only, the journal is the truth. */
import type { Progress } from '../core/actor.ts'
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
      retryInMs: number
      /** The next model of a fallback order, when it is its turn. */
      fallsBackTo?: string | undefined
    }
  | { type: 'attempt.progress'; effect: OpenEffect; progress: Progress }
  | { type: 'effect.ended'; effect: OpenEffect; outcome: Outcome; figures: AttemptFigures }
  | { type: 'effect.stopped'; path: string }
  | { type: 'run.changed' }
  /** The store can't be written to, and why; undefined: it can again. Until then nothing new begins. */
  | { type: 'run.held'; cause: unknown }
  /** It comes near to one of its bounds (core/limits.ts); told once of each. */
  | ({ type: 'run.warned' } & ReachedData)

export type RunWatcher = (notice: RunNotice) => void
