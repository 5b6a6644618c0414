/** Lists and counts of runs in SQL. A statement is prepared when it is first needed. */

import type { LivePhase } from '../report-store.ts'
import { toStatusCode } from '../sql/codes.ts'
import { COUNT_LIVE_RUNS, type StoredLivePhase, toLivePhases } from '../sql/live-runs.ts'
import { FROM_RUN, RUN_COLUMNS, type RunRow } from '../sql/run-row.ts'
import type { RunFilter } from '../store.ts'
import type { Connection } from './connection.ts'

export class RunLists {
  readonly #connection: Connection
  readonly #lists = new Map<string, ReturnType<typeof prepareList>>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Newest first. */
  list(filter: RunFilter): RunRow[] {
    const place = placeOf(filter)
    const statement = this.#lists.get(place) ?? prepareList(this.#connection, place)
    this.#lists.set(place, statement)
    return statement.all({ ...toQuery(filter), limit: filter.limit ?? -1 })
  }

  count(filter: RunFilter): number {
    const sql = `select count(*) from run where ${placeOf(filter)} and ${FILTERS}`
    return this.#connection.prepare<[Query], number>(sql).pluck().get(toQuery(filter)) ?? 0
  }

  countLive(): LivePhase[] {
    return toLivePhases(this.#connection.prepare<[], StoredLivePhase>(COUNT_LIVE_RUNS).all())
  }
}

interface Query {
  parent: string | null
  workflow: string | null
  status: number | null
  since: number
  until: number
  before: string | null
}

const toQuery = ({ parent, workflow, status, since, until, before }: RunFilter): Query => ({
  parent: parent ?? null,
  workflow: workflow ?? null,
  status: status === undefined ? null : toStatusCode(status),
  since: since ?? 0,
  until: until ?? Number.MAX_SAFE_INTEGER,
  before: before ?? null,
})

const placeOf = ({ before, ...filter }: RunFilter): string =>
  before === undefined
    ? familyOf(filter)
    : `${familyOf(filter)} and run.key < (select last.key from run last where last.id = @before)`

const familyOf = ({ parent, isAnyDepth = false, status }: RunFilter): string => {
  if (parent !== undefined) return 'run.parent = (select above.key from run above where above.id = @parent)'
  // The literal `status = 0` makes SQLite use the index of runs that have not ended.
  const going = status === 'running' ? 'run.status = 0' : 'true'
  return isAnyDepth ? going : `${going} and run.parent is null`
}

const FILTERS = `run.workflow = coalesce(@workflow, run.workflow) and run.status = coalesce(@status, run.status)
   and run.created_at >= @since and run.created_at < @until`

const prepareList = (connection: Connection, place: string) =>
  connection.prepare<[Query & { limit: number }], RunRow>(
    `select ${RUN_COLUMNS} ${FROM_RUN} where ${place} and ${FILTERS} order by run.key desc limit @limit`,
  )
