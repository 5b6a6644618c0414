/**
 * SQLite keeps a value of any type in any column, so that a row which was damaged or changed by hand is found only when it is decoded.
 * A list leaves such rows out and names them; a call for one row throws StoreError `corrupt`.
 */
import type { JsonValue } from '../../core/json.ts'
import type { DamagedRow } from '../maintenance.ts'
import { isDamage, StoreError } from '../store-error.ts'

type Plain = 'text' | 'integer' | 'number' | 'bytes'

/** `?`: the column may be null. */
export type ColumnType = Plain | `${Plain}?`

export type ColumnTypes = Readonly<Record<string, ColumnType>>

const FITS: Record<Plain, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  bytes: (value) => value instanceof Uint8Array,
}

const EXPECTED: Record<Plain, string> = {
  text: 'text',
  integer: 'a whole number',
  number: 'a number',
  bytes: 'bytes',
}

/** @throws StoreError `corrupt` that names the first column of another type */
export const expectTypes = (row: object, types: ColumnTypes): void => {
  for (const [column, value] of Object.entries(row)) {
    const type = types[column]
    if (type === undefined) continue
    const plain = toPlain(type)
    if (FITS[plain](value) || (value === null && plain !== type)) continue
    throw new StoreError('corrupt', `column '${column}' has ${describe(value)}: expected ${EXPECTED[plain]}`)
  }
}

const toPlain = (type: ColumnType): Plain => (type.endsWith('?') ? type.slice(0, -1) : type) as Plain

const describe = (value: unknown): string => {
  if (value === null) return 'nothing'
  if (typeof value === 'string') return `the text '${cut(value)}'`
  return value instanceof Uint8Array ? `${value.length} bytes` : `the number ${value}`
}

export const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** @throws StoreError `corrupt` whose message begins with the name of the row */
export const decodeRow = <Row>(name: string, decode: () => Row): Row => {
  try {
    return decode()
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown
    throw new StoreError('corrupt', `${name} is damaged: ${thrown.message}`, {
      hint: thrown.hint ?? 'troupe db check lists all damage; restore a backup: troupe db restore FILE',
      cause: thrown,
    })
  }
}

export type OnDamaged = (row: DamagedRow) => void

export interface Decoding {
  /** Parses the text of a column. @throws StoreError `corrupt` */
  unpack(text: string): JsonValue
  onDamaged: OnDamaged
}

/** Decodes the rows of a list. Damaged ones are left out and named. */
export const decodeRows = <Stored extends object, Row>(
  rows: readonly Stored[],
  { decode, onDamaged }: { decode(row: Stored): Row; onDamaged: OnDamaged },
): Row[] =>
  rows.flatMap((row) => {
    try {
      return [decode(row)]
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown
      onDamaged({ message: thrown.message, ...namesOf(row) })
      return []
    }
  })

/** A run keeps its id and workflow in a list, where they can be read. */
const namesOf = (row: object): Pick<DamagedRow, 'run'> => {
  if (!('hash' in row && 'id' in row && 'workflow' in row && 'created_at' in row)) return {}
  const { id, workflow, created_at } = row
  return {
    run: {
      id: String(id),
      workflow: String(workflow),
      createdAt: Number.isSafeInteger(created_at) ? Number(created_at) : 0,
    },
  }
}
