/**
 * Group commit: all jobs that are enqueued in one turn of the event loop become one transaction.
 *
 * It owns the transaction: begin, jobs, commit, and the outcome of each job. It knows nothing of runs or tables.
 *
 * Invariants
 * 1. J1: a job succeeds only after the commit of its transaction.
 * 2. Jobs run in the order in which they were added, when the turn is over (setImmediate).
 * 3. A job that refuses (LeaseLost, StoreError, Defect) has written nothing. It fails alone.
 * 4. A job that breaks in the middle takes the transaction with it. It fails, and the other jobs run again without it.
 * 5. When the database itself fails, all jobs of the group fail, and nothing of the group is written.
 * 6. While another process has the lock, the jobs wait and the event loop goes on.
 */
import { elapsedMs } from '../../core/elapsed-ms.ts'
import { isRefusal } from '../store-error.ts'
import type { Connection } from './connection.ts'
import { BUSY_GIVE_UP_MS, busyPauseMs } from './retry-busy.ts'
import { isBusy, isStatementError, toStoreError } from './sqlite-error.ts'

export interface Job {
  /** Runs inside the transaction, once or more. */
  perform(): void
  succeed(): void
  fail(error: unknown): void
}

export interface Committer {
  add(job: Job): void
  /** Resolves when all jobs added so far have ended. */
  drain(): Promise<void>
}

export class GroupCommit implements Committer {
  readonly #connection: Connection
  readonly #location: string
  readonly #giveUpMs: number
  readonly #begin: { run(): unknown }
  readonly #commit: { run(): unknown }
  #jobs: Job[] = []
  #isScheduled = false
  /** When the lock was first busy, by elapsedMs(). */
  #busySince: number | undefined

  /** @param options.giveUpMs Longest wait for the lock of another process. */
  constructor(connection: Connection, options: { location: string; giveUpMs?: number }) {
    this.#connection = connection
    this.#location = options.location
    this.#giveUpMs = options.giveUpMs ?? BUSY_GIVE_UP_MS
    this.#begin = connection.prepare('begin immediate')
    this.#commit = connection.prepare('commit')
  }

  add(job: Job): void {
    this.#jobs.push(job)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#flush)
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.add({ perform: () => undefined, succeed: resolve, fail: () => resolve() })
    })
  }

  readonly #flush = (): void => {
    try {
      this.#begin.run()
    } catch (error) {
      this.#postpone(error)
      return
    }
    this.#busySince = undefined
    const jobs = this.#take()
    try {
      this.#run(jobs)
    } catch (error) {
      this.#rollback()
      failAll(jobs, toStoreError(error, this.#location))
    }
  }

  #take(): Job[] {
    const jobs = this.#jobs
    this.#jobs = []
    this.#isScheduled = false
    return jobs
  }

  /** @throws the database's own failure; then no job has its outcome yet. */
  #run(jobs: Job[]): void {
    const refusals = new Map<Job, unknown>()
    for (const job of jobs) {
      try {
        job.perform()
      } catch (error) {
        if (isRefusal(error)) refusals.set(job, error)
        else if (!isStatementError(error)) throw error
        else {
          this.#redoWithout(job, { jobs, error })
          return
        }
      }
    }
    this.#commit.run()
    for (const job of jobs) {
      if (refusals.has(job)) job.fail(refusals.get(job))
      else job.succeed()
    }
  }

  #redoWithout(broken: Job, { jobs, error }: { jobs: Job[]; error: unknown }): void {
    this.#rollback()
    for (const job of jobs) if (job !== broken) this.add(job)
    broken.fail(error)
  }

  #postpone(error: unknown): void {
    this.#busySince ??= elapsedMs()
    if (isBusy(error) && elapsedMs() - this.#busySince < this.#giveUpMs) {
      setTimeout(this.#flush, busyPauseMs())
      return
    }
    this.#busySince = undefined
    failAll(this.#take(), toStoreError(error, this.#location))
  }

  #rollback(): void {
    // After some errors, such as a full disk, SQLite has rolled back already.
    if (this.#connection.inTransaction) this.#connection.exec('rollback')
  }
}

const failAll = (jobs: readonly Job[], error: unknown): void => {
  for (const job of jobs) job.fail(error)
}
