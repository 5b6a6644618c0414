/** What shows a run while it goes on. */

import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Run } from '../../runtime/run.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import type { RunWait } from '../../service/control/run-waits.ts'

export interface RunView {
  /** Called once, as soon as there is a run. */
  begin(run: Run): void
  take(notice: RunNotice): void
  /** What its child runs ask of people now. */
  ask(asked: readonly RunWait[]): void
  /** A message to whoever watches, such as "cancelling". */
  say(text: string): void
  /** Draws the last state, and leaves the terminal as it was found. */
  end(): void
}

export const createSilentView = (): RunView => ({ begin() {}, take() {}, ask() {}, say() {}, end() {} })

export interface ViewedRun {
  workflow: CompiledWorkflow
  isResumed: boolean
}
