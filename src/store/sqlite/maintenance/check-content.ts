/** Checks all content: the file, references, journals without gaps, blobs, and each row by its types. */
import { hashBytes } from '../../../core/hash.ts'
import type { StoreProblem } from '../../maintenance.ts'
import { ROWS_PER_RUN } from '../../sql/journal-key.ts'
import { type JournalSum, MOST_PROBLEMS, REFERENCES, TEXT_COLUMNS, toJournalProblem } from '../../sql/tables.ts'
import type { Connection } from '../connection.ts'
import { checkRows } from './check-rows.ts'
import type { MaintainedStore } from './maintained-store.ts'

export const checkContent = (store: MaintainedStore): StoreProblem[] => {
  const db = store.connection
  return [...checkFile(db), ...checkReferences(db), ...checkJournals(db), ...checkBlobs(db), ...checkRows(store)]
}

const checkFile = (db: Connection): StoreProblem[] =>
  (db.pragma(`integrity_check(${MOST_PROBLEMS})`) as { integrity_check: string }[])
    .map((row) => row.integrity_check)
    .filter((text) => text !== 'ok')
    .map((message) => ({ kind: 'damage', message }))

const checkReferences = (db: Connection): StoreProblem[] =>
  REFERENCES.flatMap(([table, column, target]) =>
    db
      .prepare<[limit: number], number>(
        `select distinct ${column} from ${table} where ${column} is not null
         and not exists (select 1 from ${target} found where found.key = ${table}.${column}) limit ?`,
      )
      .pluck()
      .all(MOST_PROBLEMS)
      .map((key) => ({ kind: 'reference', message: `${table}.${column} names ${target} ${key}, which is missing` })),
  )

const checkJournals = (db: Connection): StoreProblem[] => [
  ...db
    .prepare<[limit: number], JournalSum>(
      `select run.id, sums.key, sums.rows, sums.last from (
         select key / ${ROWS_PER_RUN} as key, count(*) as rows, max(key % ${ROWS_PER_RUN}) as last from journal
         group by key / ${ROWS_PER_RUN}) as sums left join run on run.key = sums.key
       where run.id is null or sums.rows <> sums.last limit ?`,
    )
    .all(MOST_PROBLEMS)
    .map(toJournalProblem),
  ...db
    .prepare<[limit: number], string>(
      `select id from run where not exists (select 1 from journal where key = run.key * ${ROWS_PER_RUN} + 1) limit ?`,
    )
    .pluck()
    .all(MOST_PROBLEMS)
    .map((id): StoreProblem => ({ kind: 'journal', message: `run '${id}' has no first row` })),
]

const checkBlobs = (db: Connection): StoreProblem[] => [...findMissingBlobs(db), ...findChangedBlobs(db)]

const findChangedBlobs = (db: Connection): StoreProblem[] => {
  const problems: StoreProblem[] = []
  for (const { hash, bytes } of db
    .prepare<[], { hash: string; bytes: unknown }>('select hash, bytes from blob')
    .iterate()) {
    if (bytes instanceof Uint8Array && hashBytes(bytes) === hash) continue
    problems.push({ kind: 'blob', message: `the bytes of blob '${hash}' were changed: they have another hash` })
    if (problems.length === MOST_PROBLEMS) break
  }
  return problems
}

const findMissingBlobs = (db: Connection): StoreProblem[] =>
  TEXT_COLUMNS.flatMap(([table, column]) =>
    db
      .prepare<[limit: number], string>(
        `select distinct substr(${column}, 2) from ${table} where substr(${column}, 1, 1) = '@'
         and not exists (select 1 from blob where hash = substr(${table}.${column}, 2)) limit ?`,
      )
      .pluck()
      .all(MOST_PROBLEMS)
      .map((hash) => ({ kind: 'blob', message: `${table}.${column} names blob '${hash}', which is missing` })),
  )
