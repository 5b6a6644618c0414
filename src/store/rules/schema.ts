/** Decides which releases work with which schemas: during an upgrade, servers of an old and a new one share a database. */

/** The schema that a database has. */
export interface FoundSchema {
  /** 0: the database is empty. */
  version: number
  /**
   * Version of the oldest release that works with it. A migration that only adds leaves it as it was; one that takes away, or changes
   * what older statements rely on, sets it to its own version.
   */
  readableFrom: number
}

export type SchemaVerdict = 'usable' | 'older' | 'too_new'

/** @param own Version that this release writes */
export const judgeSchema = ({ version, readableFrom }: FoundSchema, own: number): SchemaVerdict => {
  if (version < own) return 'older'
  return version === own || readableFrom <= own ? 'usable' : 'too_new'
}
