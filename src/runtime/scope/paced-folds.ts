/**
 * The folds of the machines of a run. One whose expressions cost much is left between two of them, and goes on when its run has its next
 * slice: a chain of steps whose expressions fail, or that are skipped, is one fold.
 *
 * Invariants
 * 1. A fold that is left has changed nothing: its caller does again what it did (`leave`), and gets the whole result then.
 * 2. At most one fold is left, and nothing else happens in the run before it is whole. So where it is left changes nothing (J4).
 */
import { PAUSED, WorkPace } from '../../compiler/expression/work-pace.ts'
import { Defect } from '../../core/defect.ts'
import type { MachineEffect, WorkflowFold, WorkflowSnapshot } from '../fold.ts'

export type Folded = readonly [WorkflowSnapshot, readonly MachineEffect[]]

export class PacedFolds {
  readonly #pace = new WorkPace()
  #again: (() => void) | undefined

  /** Folds the first step of a machine. Undefined: it is left. */
  start(fold: WorkflowFold, input: unknown): Folded | undefined {
    let isPaused = false
    this.#pace.begin()
    try {
      const folded = fold.start(input)
      // XState keeps what is thrown in the first snapshot.
      isPaused = folded[0].error === PAUSED
      return isPaused ? undefined : folded
    } finally {
      this.#pace.end(isPaused)
    }
  }

  /** Folds an event. Undefined: it is left. */
  step({ fold, snapshot }: { fold: WorkflowFold; snapshot: WorkflowSnapshot }, event: object): Folded | undefined {
    let isPaused = false
    this.#pace.begin()
    try {
      return fold.step(snapshot, event as Parameters<WorkflowFold['step']>[1])
    } catch (thrown) {
      isPaused = thrown === PAUSED
      if (!isPaused) throw thrown
      return undefined
    } finally {
      this.#pace.end(isPaused)
    }
  }

  /** A fold is left: `again` does what its caller did, in the next slice. */
  leave(again: () => void): void {
    if (this.#again !== undefined) throw new Defect('J4: two folds of a run are left')
    this.#again = again
  }

  /** Goes on with the fold that is left. False: `goesOn` has stopped it before it was whole. */
  goOn(goesOn: () => boolean): boolean {
    while (this.#again !== undefined) {
      const again = this.#again
      this.#again = undefined
      again()
      if (this.#again !== undefined && !goesOn()) return false
    }
    return true
  }
}
