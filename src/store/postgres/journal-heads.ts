import type { HeadQuery } from '../head-store.ts'
import { type StoredHead, toHeadKeys, toRowBounds } from '../sql/head-columns.ts'
import { one, type Session, sql } from './session.ts'

const { low, high } = toRowBounds('run.key::bigint')

export const listHeads = (session: Session, query: HeadQuery): Promise<StoredHead[]> => {
  const { after, endedSince } = query
  const keys = toHeadKeys(query, { after: '$1', since: '$2' })
  const list = sql<StoredHead>(
    `select run.key, run.id, run.workflow, run.status, row.key as last, row.at
       from run
      cross join lateral (
        select key, at from journal where key > ${low} and key < ${high} order by key desc limit 1
      ) row
      where run.key = any(array(${keys}))
      order by run.key`,
  )
  return session.all(list, endedSince === undefined ? [after] : [after, endedSince])
}

const NEWEST = sql<{ key: number }>('select coalesce(max(key), 0) as key from run')

export const readNewestKey = async (session: Session): Promise<number> => (await one(session, NEWEST))?.key ?? 0
