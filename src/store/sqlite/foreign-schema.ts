/**
 * Refuses a database whose schema could run something. A file may come from a stranger, with the tables of Troupe and more: triggers that
 * change what is written, views in place of tables, expressions in columns and indexes. SQLite evaluates all of these while it reads
 * and writes the tables.
 *
 * 1. It reads the text of the schema alone, before any table is read.
 * 2. Tables and plain indexes of others are let be, as tools of backups make them: Troupe never touches such a table.
 */
import type { Database } from 'better-sqlite3'
import { StoreError } from '../store-error.ts'

/** More than fifty are Troupe's own. */
const MOST_OBJECTS = 1_000

interface SchemaObject {
  type: string
  name: string
  sql: string | null
}

/** Functions of extensions are off in all expressions of the schema, also of a schema that is changed later. */
export const distrustSchema = (connection: Database): void => {
  connection.pragma('trusted_schema = OFF')
}

/** @throws StoreError `corrupt` */
export const expectPlainSchema = (connection: Database, path: string): void => {
  const found = findForeign(connection)
  if (found === undefined) return
  throw new StoreError(
    'corrupt',
    `database '${path}' has ${found}, which troupe never makes: it may have been planted`,
    {
      hint: 'name another file with --db; this one was not touched',
    },
  )
}

/** Describes something in the schema that could run. Undefined: nothing could. */
export const findForeign = (connection: Database): string | undefined => {
  const objects = connection
    .prepare<[most: number], SchemaObject>('select type, name, sql from sqlite_schema limit ?')
    .all(MOST_OBJECTS + 1)
  if (objects.length > MOST_OBJECTS) return `more than ${MOST_OBJECTS} tables and indexes`
  const found = objects.find(isForeign)
  return found === undefined ? undefined : `the ${describeKind(found)} '${found.name.slice(0, LONGEST_NAME)}'`
}

const LONGEST_NAME = 60

const describeKind = ({ type }: SchemaObject): string =>
  type === 'table' || type === 'index' ? `${type} with expressions` : type

const isForeign = ({ type, sql }: SchemaObject): boolean => {
  if (type === 'table') return !isPlainTable(sql ?? '')
  // An index of a primary key has no text.
  return type !== 'index' || (sql !== null && !PLAIN_INDEX.test(sql))
}

const isPlainTable = (sql: string): boolean => TABLE.test(sql) && !EXPRESSION.test(sql.replace(MIGRATION_TIME, ''))

/** SQLite goes by the text, whatever the type says. */
const TABLE = /^create table\b/i

/** The one computed default, of the list of migrations. */
const MIGRATION_TIME = "default (strftime('%s', 'now') * 1000)"

/** Comments could stand between the words. */
const EXPRESSION = /\b(?:check|generated|collate|select)\b|\bas\s*\(|\bdefault\s*\(|\/\*|--/i

/** Names of columns in one pair of parentheses; behind it no other. */
const PLAIN_INDEX = /^create (?:unique )?index\b[^()]*\([^()]*\)[^()]*$/i
