/**
 * Grants of the project config: what a key gives to workflows beyond the project's own folder. A config may come from a stranger, so
 * a grant counts only after a person has trusted it.
 *
 * Each key of the config declares what it grants. From the declaration come the list that a person is shown, its hash, and the config
 * without grants, so that a new key can't grant anything by being forgotten here.
 */
import { type Field, wordOf } from './record-shape.ts'
import type { Infer } from './shape.ts'

export interface Grant {
  /** Words of the config: `['http', 'allow']`. */
  path: readonly string[]
  /** Text for people: `127.0.0.1:8080`, `the variable TOKEN`. */
  value: string
}

/** Knows the file system; the grammar does not. */
export interface GrantPlace {
  /** The absolute path of a file or folder of the config, with links resolved. */
  locate(path: string): string
  /** The same, if it is not inside the project's folder. */
  locateOutside(path: string): string | undefined
  /** The place or server of a database, if it is not inside the project's folder. */
  locateDatabaseOutside(address: string): string | undefined
}

/** The grants of one key. */
export interface Granting<T> {
  list(value: T, place: GrantPlace): readonly Grant[]
  /** The value without its grants; undefined: as if the key were absent. */
  withhold(value: T, place: GrantPlace): T | undefined
}

/** A key of the config. `nothing`: workflows get nothing by it that lies outside the project's folder. */
export type ConfigField = Field & { grants: 'nothing' | Granting<unknown> }

export type ConfigFields = Readonly<Record<string, ConfigField>>

/** Declares the grants of a key. */
export const granting = <const F extends Field>(field: F, grants: Granting<Infer<F['shape']>>) => ({
  ...field,
  grants: grants satisfies Granting<unknown>,
})

/** Declares a key that grants nothing. */
export const grantless = <const F extends Field>(field: F) => ({ ...field, grants: 'nothing' as const })

/** Each item of a list is granted. */
export const EACH_ITEM: Granting<string[]> = {
  list: (items) => items.map((value) => ({ path: [], value })),
  withhold: () => [],
}

/** Paths are granted that lead out of the project's folder. */
export const PATHS_OUTSIDE: Granting<string[]> = {
  list: (paths, place) => paths.flatMap((path) => toGrant(place.locateOutside(path))),
  withhold: (paths, place) => paths.filter((path) => place.locateOutside(path) === undefined),
}

export const toGrant = (value: string | undefined): Grant[] => (value === undefined ? [] : [{ path: [], value }])

/** The keys of a map declare their own grants. */
export const within = <T extends object>(fields: ConfigFields): Granting<T> => ({
  list: (values, place) => listGrants(fields, values, place),
  withhold: (values, place) => withholdGrants(fields, values, place),
})

/** All grants, in the order of the grammar. */
export const listGrants = (fields: ConfigFields, values: object, place: GrantPlace): Grant[] => {
  const given = new Map(Object.entries(values))
  return Object.entries(fields).flatMap(([property, field]) => {
    const { grants } = field
    const value: unknown = given.get(property)
    if (grants === 'nothing' || value === undefined) return []
    const word = wordOf(property, field)
    return grants.list(value, place).map((grant) => ({ ...grant, path: [word, ...grant.path] }))
  })
}

/** The same values without what they grant. */
export const withholdGrants = <T extends object>(fields: ConfigFields, values: T, place: GrantPlace): T => {
  const kept: T = { ...values }
  for (const [property, value] of Object.entries(values)) {
    const grants = fields[property]?.grants ?? 'nothing'
    if (grants !== 'nothing' && value !== undefined) Object.assign(kept, { [property]: grants.withhold(value, place) })
  }
  return kept
}
