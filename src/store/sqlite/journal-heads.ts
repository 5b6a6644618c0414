import type { HeadQuery } from '../head-store.ts'
import { type StoredHead, toHeadKeys, toRowBounds } from '../sql/head-columns.ts'
import type { Connection } from './connection.ts'

/** Prepares both forms of the list when they are first needed. */
export class JournalHeads {
  readonly #connection: Connection
  readonly #lists = new Map<string, ReturnType<typeof prepareList>>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  newest(): number {
    return this.#connection.prepare<[], number>('select coalesce(max(key), 0) from run').pluck().get() ?? 0
  }

  list(query: HeadQuery): StoredHead[] {
    const keys = toHeadKeys(query, { after: '@after', since: '@endedSince' })
    const list = this.#lists.get(keys) ?? prepareList(this.#connection, keys)
    this.#lists.set(keys, list)
    return list.all(query)
  }
}

const { low, high } = toRowBounds('run.key')

const prepareList = (connection: Connection, keys: string) =>
  connection.prepare<[HeadQuery], StoredHead>(
    `select run.key as key, run.id as id, run.workflow as workflow, run.status as status, row.key as last, row.at as at
       from (${keys}) wanted
       join run on run.key = wanted.key
       join journal row on row.key = (select max(key) from journal where key > ${low} and key < ${high})
      order by run.key`,
  )
