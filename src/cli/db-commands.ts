/** The commands of whoever looks after a database: what they take. */
import type { Command } from 'commander'
import { contextOf, describe, type End } from './command.ts'
import {
  BACKUP_HELP,
  CHECK_HELP,
  DB_HELP,
  EXPORT_HELP,
  IMPORT_HELP,
  RESTORE_HELP,
  STATS_HELP,
  SWEEP_HELP,
  VACUUM_HELP,
} from './db-help.ts'

export const addDatabaseCommands = (program: Command, end: End): void => {
  const db = describe(program, 'db', 'look after the database: copies, sizes, retention, checks', DB_HELP)
  addCare(db, end)
  addCopies(db, end)
  addTransfer(db, end)
}

const addCare = (db: Command, end: End): void => {
  describe(db, 'stats', 'how large it is, and what is in it', STATS_HELP)
    .option('--json', 'print a JSON object')
    .action(async (options, command) =>
      end(await (await import('./commands/db/db-care.ts')).showStats(contextOf(command), options)),
    )
  describe(db, 'check', 'look for what is wrong in it', CHECK_HELP)
    .option('--json', 'print a JSON object: { ok, problems }')
    .action(async (options, command) =>
      end(await (await import('./commands/db/db-care.ts')).checkDatabase(contextOf(command), options)),
    )
  describe(db, 'sweep', 'delete ended runs that are kept long enough', SWEEP_HELP)
    .option('--dry-run', 'say what would go, and delete nothing')
    .option('--json', 'print a JSON object: { dry_run, runs, rows, blobs, blob_bytes, freed_bytes }')
    .action(async (options, command) =>
      end(await (await import('./commands/db/db-care.ts')).sweepDatabase(contextOf(command), options)),
    )
  describe(db, 'vacuum', 'give space of what was deleted back to the file system', VACUUM_HELP)
    .option('--json', 'print a JSON object: { freed_bytes, file_bytes }')
    .action(async (options, command) =>
      end(await (await import('./commands/db/db-care.ts')).vacuumDatabase(contextOf(command), options)),
    )
}

const addCopies = (db: Command, end: End): void => {
  describe(db, 'backup', 'copy it into a file, while runs go on', BACKUP_HELP)
    .argument('<file>', 'a new file')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print a JSON object: { file, bytes }')
    .action(async (file, options, command) =>
      end(await (await import('./commands/db/db-copies.ts')).backup(contextOf(command), { file, ...options })),
    )
  describe(db, 'restore', 'put a backup in its place', RESTORE_HELP)
    .argument('<file>', 'a backup')
    .option('--force', 'replace the database that is there')
    .option('--json', 'print a JSON object: { database, runs, going, set_aside }')
    .action(async (file, options, command) =>
      end(await (await import('./commands/db/db-copies.ts')).restore(contextOf(command), { file, ...options })),
    )
}

/** Not as plain strings: what looks for imports by a pattern would take them for some. */
const [EXPORT, IMPORT] = [`export`, `import`]

const addTransfer = (db: Command, end: End): void => {
  describe(db, EXPORT, 'write runs into a file, to be taken in by another database', EXPORT_HELP)
    .argument('<run-and-file...>', 'run ids, and at last a new file, or - for standard output')
    .option('--all', 'every run')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print a JSON object: { file, runs, bytes }')
    .action(async (names, options, command) =>
      end(await (await import('./commands/db/db-transfer.ts')).exportRuns(contextOf(command), { names, ...options })),
    )
  describe(db, IMPORT, 'take in runs that were exported', IMPORT_HELP)
    .argument('<file>', 'what troupe db export wrote, or - for standard input')
    .option('--json', 'print a JSON object: { imported, existing }')
    .action(async (file, options, command) =>
      end(await (await import('./commands/db/db-transfer.ts')).importRuns(contextOf(command), { file, ...options })),
    )
}
