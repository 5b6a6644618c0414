/** Checks all content: references, journals without gaps, blobs. The files are the server's own. */
import { hashBytes } from '../../../core/hash.ts'
import type { StoreProblem } from '../../maintenance.ts'
import { ROWS_PER_RUN } from '../../sql/journal-key.ts'
import { type JournalSum, MOST_PROBLEMS, REFERENCES, TEXT_COLUMNS, toJournalProblem } from '../../sql/tables.ts'
import { type Session, sql } from '../session.ts'

const BLOBS_A_LOOK = 20

export const checkContent = async (session: Session): Promise<StoreProblem[]> => [
  ...(await checkReferences(session)),
  ...(await checkJournals(session)),
  ...(await findMissingBlobs(session)),
  ...(await findChangedBlobs(session)),
]

const checkReferences = async (session: Session): Promise<StoreProblem[]> => {
  const problems: StoreProblem[] = []
  for (const [table, column, target] of REFERENCES) {
    const query = sql<{ key: number }>(
      `select distinct ${column} as key from ${table} where ${column} is not null
       and not exists (select 1 from ${target} found where found.key = ${table}.${column}) limit $1`,
    )
    for (const { key } of await session.all(query, [MOST_PROBLEMS]))
      problems.push({ kind: 'reference', message: `${table}.${column} names ${target} ${key}, which is missing` })
  }
  return problems
}

const SUMS = sql<JournalSum>(
  `select run.id, sums.key, sums.rows, sums.last from (
     select key / ${ROWS_PER_RUN} as key, count(*) as rows, max(key % ${ROWS_PER_RUN}) as last from journal
     group by key / ${ROWS_PER_RUN}) as sums left join run on run.key = sums.key
   where run.id is null or sums.rows <> sums.last limit $1`,
)

const WITHOUT_FIRST_ROW = sql<{ id: string }>(
  `select id from run where not exists (select 1 from journal where key = run.key::bigint * ${ROWS_PER_RUN} + 1) limit $1`,
)

const checkJournals = async (session: Session): Promise<StoreProblem[]> => [
  ...(await session.all(SUMS, [MOST_PROBLEMS])).map(toJournalProblem),
  ...(await session.all(WITHOUT_FIRST_ROW, [MOST_PROBLEMS])).map(
    ({ id }): StoreProblem => ({ kind: 'journal', message: `run '${id}' has no first row` }),
  ),
]

const findMissingBlobs = async (session: Session): Promise<StoreProblem[]> => {
  const problems: StoreProblem[] = []
  for (const [table, column] of TEXT_COLUMNS) {
    const query = sql<{ hash: string }>(
      `select distinct substr(${column}, 2) as hash from ${table} where left(${column}, 1) = '@'
       and not exists (select 1 from blob where hash = substr(${table}.${column}, 2)) limit $1`,
    )
    for (const { hash } of await session.all(query, [MOST_PROBLEMS]))
      problems.push({ kind: 'blob', message: `${table}.${column} names blob '${hash}', which is missing` })
  }
  return problems
}

const SOME_BLOBS = sql<{ hash: string; bytes: Uint8Array }>(
  'select hash, bytes from blob where hash > $1 order by hash limit $2',
)

const findChangedBlobs = async (session: Session): Promise<StoreProblem[]> => {
  const problems: StoreProblem[] = []
  for (let after = ''; problems.length < MOST_PROBLEMS; ) {
    const some = await session.all(SOME_BLOBS, [after, BLOBS_A_LOOK])
    for (const { hash, bytes } of some)
      if (hashBytes(bytes) !== hash)
        problems.push({ kind: 'blob', message: `the bytes of blob '${hash}' were changed: they have another hash` })
    const last = some.at(-1)
    if (last === undefined) break
    after = last.hash
  }
  return problems
}
