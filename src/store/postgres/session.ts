/** Statements and the sessions that run them. */
import type { ClientBase, Pool, QueryConfig } from 'pg'

/** A value of a parameter; lists become arrays of the database. */
export type Value = string | number | boolean | null | Uint8Array | readonly Value[]

/** A statement that each connection prepares once, under its name. `Row` is what it returns. */
export interface Query<Row = unknown> {
  readonly name: string
  readonly text: string
  /** Never set: it carries the type. */
  readonly row?: Row
}

export interface Session {
  all<Row>(query: Query<Row>, values?: readonly Value[]): Promise<Row[]>
}

const names = new Map<string, string>()

/** The same text has the same name, on every connection. */
export const sql = <Row = unknown>(text: string): Query<Row> => {
  const name = names.get(text) ?? `troupe-${names.size + 1}`
  names.set(text, name)
  return { name, text }
}

export const createSession = (client: Pick<ClientBase | Pool, 'query'>): Session => ({
  all: async <Row>(query: Query<Row>, values: readonly Value[] = []): Promise<Row[]> => {
    const config: QueryConfig = { name: query.name, text: query.text, values: values.map(toStorable) }
    const { rows } = await client.query<Row & Record<string, unknown>>(config)
    return rows
  },
})

/** The first row. */
export const one = async <Row>(
  session: Session,
  query: Query<Row>,
  values?: readonly Value[],
): Promise<Row | undefined> => (await session.all(query, values))[0]

/** Text of Postgres cannot hold a null character. JSON escapes it, so that only names and titles could have one. */
const toStorable = (value: Value): Value => {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\u2400') : value
  return Array.isArray(value) ? value.map(toStorable) : value
}
