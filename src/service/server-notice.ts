import type { Clock } from '../core/clock.ts'
import type { Run, RunExit } from '../runtime/run.ts'
import type { RunWatcher } from '../runtime/run-notice.ts'
import type { UnfitRuns } from '../store/server-store.ts'
import type { RunEnd } from '../store/store.ts'
import { type BrokenFinally, toAftermath } from './control/aftermath.ts'
import type { SweepReport } from './database/retention.ts'

/**
 * Reports what a server does, and the problems that it retries. `at` in epoch milliseconds; `url` of the HTTP interface, null where it
 * listens on no port.
 */
export type ServerNotice = { at: number } & (
  | { type: 'server.started'; pid: number; database: string; url: string | null }
  /** The server goes on without its HTTP interface. */
  | { type: 'http.refused'; message: string; hint: string }
  | { type: 'server.stopped'; signal: string }
  /** `isNew`: no process held the run before. */
  | { type: 'run.taken'; run: string; workflow: string; isNew: boolean }
  /** The database refuses writes (`cause`): no effect starts in the run until `run.unheld`. */
  | { type: 'run.held'; run: string; cause: unknown }
  | { type: 'run.unheld'; run: string }
  | { type: 'run.left'; run: string; workflow: string; why: Exclude<RunExit['kind'], 'ended'> }
  | {
      type: 'run.ended'
      run: string
      workflow: string
      status: RunEnd['status']
      durationMs: number
      error: RunEnd['error']
      /** Why its `finally` did not complete. */
      finally?: BrokenFinally
    }
  /** Runs that need `needs` are not claimed: the server lacks `missing`. */
  | ({ type: 'runs.unfit' } & UnfitRuns)
  /** Retention deleted runs. */
  | ({ type: 'runs.swept' } & SweepReport)
  /** Slots of a schedule that were missed, and start no run by its policy. */
  | { type: 'slots.skipped'; schedule: string; count: number }
  /** One run or schedule can't go on; without either, the store can't be read. */
  | { type: 'problem'; run?: string | undefined; schedule?: string | undefined; cause: unknown }
)

type OneNotice<Notice> = Notice extends { at: number } ? Omit<Notice, 'at'> : never

/** Stamps notices with the time, and follows runs to report how each ends. */
export class NoticeReporter {
  readonly #clock: Clock
  readonly #onNotice: (notice: ServerNotice) => void

  constructor(clock: Clock, onNotice: (notice: ServerNotice) => void) {
    this.#clock = clock
    this.#onNotice = onNotice
  }

  readonly report = (notice: OneNotice<ServerNotice>): void =>
    this.#onNotice({ ...notice, at: this.#clock.now() } as ServerNotice)

  readonly onProblem = (problem: { run?: string | undefined; schedule?: string | undefined; cause: unknown }): void =>
    this.report({ type: 'problem', ...problem })

  readonly onTaken = (run: Run, { isNew }: { isNew: boolean }): void => {
    const { id, workflow } = run
    this.report({ type: 'run.taken', run: id, workflow, isNew })
    run.exited.then(
      (exit) => this.report(toExitNotice(run, exit)),
      () => {},
    )
  }

  /** Reports when a run is held back by its store, and when it goes on. */
  readonly watch =
    (run: string): RunWatcher =>
    (notice) => {
      if (notice.type !== 'run.held') return
      const { cause } = notice
      this.report(cause === undefined ? { type: 'run.unheld', run } : { type: 'run.held', run, cause })
    }
}

const toExitNotice = ({ id: run, workflow }: Run, exit: RunExit): OneNotice<ServerNotice> => {
  if (exit.kind !== 'ended') return { type: 'run.left', run, workflow, why: exit.kind }
  const { end, durationMs } = exit
  const { finally: broken } = toAftermath(exit)
  const { status, error } = end
  return { type: 'run.ended', run, workflow, status, durationMs, error, ...(broken && { finally: broken }) }
}
