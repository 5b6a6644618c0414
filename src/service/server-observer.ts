import type { StepPlan } from '../compiler/plan.ts'
import type { RunNotice } from '../runtime/run-notice.ts'
import type { StoreCall } from '../store/measured-store.ts'
import type { ServerNotice } from './server-notice.ts'

/** A run, as the observers of a server know it. */
export interface ObservedRun {
  id: string
  workflow: { name: string; plans: ReadonlyMap<string, StepPlan> }
}

export interface HttpAnswer {
  method: string
  /** Pattern of the path, so that ids are no part of it; `none` for a path without a route. */
  route: string
  status: number
  /** The run that the path names. */
  run?: string
  ms: number
}

/** Passes on to all, later ones too. */
export const joinObservers = (observers: readonly ServerObserver[]): Required<ServerObserver> => ({
  onNotice(notice) {
    for (const observer of observers) observer.onNotice?.(notice)
  },
  onRunNotice(notice, run) {
    for (const observer of observers) observer.onRunNotice?.(notice, run)
  },
  onStoreCall(call) {
    for (const observer of observers) observer.onStoreCall?.(call)
  },
  onRequest(answer) {
    for (const observer of observers) observer.onRequest?.(answer)
  },
})

/** Sees all that a server does while it does it, for metrics and logs. It must not throw. */
export interface ServerObserver {
  onNotice?(notice: ServerNotice): void
  /** Notices of every run that the server holds, child runs too. */
  onRunNotice?(notice: RunNotice, run: ObservedRun): void
  onStoreCall?(call: StoreCall): void
  /** A request was answered; of a stream: begins to be. */
  onRequest?(answer: HttpAnswer): void
}
