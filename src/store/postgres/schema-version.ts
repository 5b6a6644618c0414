import type { FoundSchema } from '../rules/schema.ts'

/** Number of migrations. A file of its own, so that opening a database loads no migration code. */
export const SCHEMA_VERSION = 6

/** The table in which the migrator keeps the names of what it has run: `0001-first`. */
export const MIGRATIONS_TABLE = 'troupe_migration'

/** Comment of that table, written by each migration: releases that are older than the schema learn from it whether they can work with it. */
export const toSchemaNote = ({ version, readableFrom }: FoundSchema): string =>
  `schema ${version}, readable from ${readableFrom}`

/** A note of another version counts for nothing: then the schema is readable from itself on. */
export const parseSchemaNote = (note: string | null, version: number): FoundSchema => {
  const [, of, from] = /^schema (\d+), readable from (\d+)$/.exec(note ?? '') ?? []
  return { version, readableFrom: Number(of) === version ? Number(from) : version }
}

/** The oldest server that is supported, as `server_version_num` has it: the oldest that its makers maintain. */
export const OLDEST_SERVER = 140_000
