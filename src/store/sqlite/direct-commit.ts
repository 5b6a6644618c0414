import { isRefusal } from '../store-error.ts'
import type { Connection } from './connection.ts'
import type { Committer, Job } from './group-commit.ts'
import { toStoreError } from './sqlite-error.ts'

/** Commits each job at once, in its own transaction: a database in memory gains nothing from grouping. */
export class DirectCommit implements Committer {
  readonly #connection: Connection
  readonly #location: string
  readonly #begin: { run(): unknown }
  readonly #commit: { run(): unknown }

  constructor(connection: Connection, { location }: { location: string }) {
    this.#connection = connection
    this.#location = location
    this.#begin = connection.prepare('begin')
    this.#commit = connection.prepare('commit')
  }

  add(job: Job): void {
    try {
      this.#begin.run()
      job.perform()
      this.#commit.run()
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('rollback')
      job.fail(isRefusal(error) ? error : toStoreError(error, this.#location))
      return
    }
    job.succeed()
  }

  async drain(): Promise<void> {}
}
