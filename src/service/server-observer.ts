import type { StepPlan } from '../compiler/plan.ts'
import type { RunNotice } from '../runtime/run-notice.ts'
import type { StoreCall } from '../store/measured-store.ts'
import type { ServerNotice } from './server-notice.ts'

/** A run, as the observers of a server know it. */
export interface ObservedRun {
  id: string
  workflow: { name: string; plans: ReadonlyMap<string, StepPlan> }
}

/** Sees all that a server does while it does it, for metrics and logs. It must not throw. */
export interface ServerObserver {
  onNotice?(notice: ServerNotice): void
  /** Notices of every run that the server holds, child runs too. */
  onRunNotice?(notice: RunNotice, run: ObservedRun): void
  onStoreCall?(call: StoreCall): void
}
