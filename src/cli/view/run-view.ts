/** The port through which commands show a run in progress. */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Run } from '../../runtime/run.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import type { RunWait } from '../../service/control/run-waits.ts'

/** The state that a view reads: of a run in this process, or of one that is followed. */
export type ShownState = Pick<Run, 'id' | 'state' | 'isPaused'>

export interface RunView {
  /** Starts the view. Called once, as soon as there is a run. */
  begin(run: ShownState): void
  take(notice: RunNotice): void
  /** Takes the open questions of child runs. */
  ask(asked: readonly RunWait[]): void
  /** Shows a message, such as "cancelling". */
  say(text: string): void
  /** Draws the last state and restores the terminal. */
  end(): void
}

export const createSilentView = (): RunView => ({ begin() {}, take() {}, ask() {}, say() {}, end() {} })

export interface ViewedRun {
  workflow: CompiledWorkflow
  isResumed: boolean
}
