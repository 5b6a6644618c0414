/** Number of migrations. A file of its own, so that opening a database loads no migration code. */
export const SCHEMA_VERSION = 3

/** The table in which the migrator keeps the names of what it has run: `0001-first`. */
export const MIGRATIONS_TABLE = 'troupe_migration'

/** The oldest server that is supported, as `server_version_num` has it: the oldest that its makers maintain. */
export const OLDEST_SERVER = 140_000
