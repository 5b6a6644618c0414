/**
 * The queue in front of the database. Changes become jobs of the committer, in the order of the calls. Reads run at once and see
 * committed content. After `close` every call is rejected.
 */
import { StoreError } from '../store-error.ts'
import type { Connection } from './connection.ts'
import { DirectCommit } from './direct-commit.ts'
import { type Committer, GroupCommit, type Job } from './group-commit.ts'
import { retryBusy } from './retry-busy.ts'

export class StoreQueue {
  readonly #connection: Connection
  readonly #location: string
  readonly #group: Committer
  #closing: Promise<void> | undefined

  constructor(connection: Connection, location: string) {
    this.#connection = connection
    this.#location = location
    this.#group = connection.memory
      ? new DirectCommit(connection, { location })
      : new GroupCommit(connection, { location })
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  add(job: Job): void {
    this.#group.add(job)
  }

  /** Runs `perform` inside a transaction, once or more. */
  change<T>(perform: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(this.closedError())
      let done: () => void
      this.#group.add({
        perform: () => {
          const result = perform()
          done = () => resolve(result)
        },
        succeed: () => done(),
        fail: reject,
      })
    })
  }

  read<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.isClosed) return Promise.reject(this.closedError())
    return retryBusy(this.#location, work)
  }

  close(): Promise<void> {
    this.#closing ??= this.#group.drain().then(() => {
      // The last connection that closes writes the log back into the file and removes it.
      this.#connection.close()
    })
    return this.#closing
  }

  closedError(): StoreError {
    return new StoreError('closed', `database '${this.#location}' is closed`)
  }
}
