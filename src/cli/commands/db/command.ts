import { type CliCommand, json } from '../../command.ts'

/** Template literals: in plain quotes these words look like import statements to pattern-based tools. */
const [EXPORT, IMPORT] = [`export`, `import`]

const CARE: readonly CliCommand[] = [
  {
    name: 'stats',
    summary: 'show the size of the database and its content',
    options: [json()],
    help: `Shows the size of the file, of its write-ahead log and of the free space in it, runs by status, rows by table,
and the runs with the largest journals. It reads the whole journal: do not call it every few seconds.`,
    action: async () => (await import('./db-care.ts')).showStats,
  },
  {
    name: 'check',
    summary: 'check the database for damage',
    options: [json('a JSON object: { ok, problems }')],
    examples: ['troupe db check || mail -s "troupe" ops@example.com < /dev/null'],
    help: `Checks the file, the references between rows, journals for gaps and blobs for missing ones, decodes
every row, and compares workflows, approvals and blobs with the hashes that name them. It changes nothing.
Exit code 1 if there is a problem; each problem is printed with its remedy.`,
    action: async () => (await import('./db-care.ts')).checkDatabase,
  },
  {
    name: 'sweep',
    summary: 'delete ended runs past their retention',
    options: [
      ['--dry-run', 'show what would be deleted, and delete nothing'],
      json('a JSON object: { dry_run, runs, rows, blobs, blob_bytes, freed_bytes }'),
    ],
    examples: ['troupe db sweep --dry-run', 'troupe db sweep'],
    help: `Deletes ended runs by \`retention\` of the workflow or else of troupe.config.yaml (default: completed 30d, failed
90d, keep 10000). With a run it deletes its child runs, journal, events and idempotency key, then blobs without
references. A run that has not ended is never deleted. troupe serve sweeps every hour.`,
    action: async () => (await import('./db-care.ts')).sweepDatabase,
  },
  {
    name: 'vacuum',
    summary: 'return free space to the file system',
    options: [json('a JSON object: { freed_bytes, file_bytes }')],
    help: 'troupe serve and troupe db sweep do this after they have deleted something. Runs continue meanwhile.',
    action: async () => (await import('./db-care.ts')).vacuumDatabase,
  },
]

const COPIES: readonly CliCommand[] = [
  {
    name: 'backup',
    summary: 'copy the database into a file while runs continue',
    arguments: { file: ['<file>', 'a new file'] },
    options: [['--force', 'replace an existing file'], json('a JSON object: { file, bytes }')],
    examples: ['troupe db backup nightly.db', 'troupe db backup --force nightly.db'],
    help: `The copy is the database at one moment, complete in one file. Runs continue meanwhile. The file gets its name only
when it is complete. Copying an open database with cp loses the content of its write-ahead log.`,
    action: async () => (await import('./db-copies.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'replace the database with a backup',
    arguments: { file: ['<file>', 'a backup'] },
    options: [['--force', 'replace an existing database'], json('a JSON object: { database, runs, going, set_aside }')],
    examples: ['troupe db restore nightly.db', 'troupe --db other.db db restore nightly.db'],
    help: `Checks the backup and migrates it first. It replaces the database only if no process has that open, and names the
holders of runs otherwise. Leases in the backup are void: the next server, or troupe resume --all, continues runs that
had not ended from their state in the backup. Their later work is performed again, with the same idempotency keys.`,
    action: async () => (await import('./db-copies.ts')).restore,
  },
  {
    name: EXPORT,
    summary: 'write runs into a file for another database',
    arguments: { names: ['<run-and-file...>', 'run ids, then a new file or - for standard output'] },
    options: [
      ['--all', 'every run'],
      ['--force', 'replace an existing file'],
      json('a JSON object: { file, runs, bytes }'),
    ],
    examples: [
      'troupe db export last run.jsonl',
      'troupe db export r-0abc r-0def runs.jsonl',
      'troupe db export --all - | gzip > runs.jsonl.gz',
    ],
    help: `Writes JSON lines: for each run its definition, child runs, journals, blobs and open waits. Registered workflows,
schedules and cached answers are left out. To copy a whole database: troupe db backup.`,
    action: async () => (await import('./db-copies.ts')).exportRuns,
  },
  {
    name: IMPORT,
    summary: 'import exported runs',
    arguments: { file: ['<file>', 'a file of troupe db export, or - for standard input'] },
    options: [json('a JSON object: { imported, existing }')],
    examples: ['troupe db import run.jsonl', 'gunzip -c runs.jsonl.gz | troupe --db archive.db db import -'],
    help: `Existing runs stay as they are: importing a file twice has the effect of once. A server does not start an imported
run that had not ended; troupe resume RUN does. A file that was changed after its export is refused: workflows, blobs and
approvals are compared with the hashes that name them.`,
    action: async () => (await import('./db-copies.ts')).importRuns,
  },
]

const COPY: CliCommand = {
  name: 'copy',
  summary: 'copy a whole database into an empty one, of another kind too',
  arguments: {
    from: ['<from>', 'a path, or postgres://…'],
    to: ['<to>', 'a path, or postgres://…: without content'],
  },
  options: [json('a JSON object: { from, to, runs, going, definitions, workflows, schedules, tokens }')],
  examples: [
    'troupe db copy .troupe/troupe.db postgres://troupe@db.example/troupe',
    'troupe db copy "$TROUPE_DB" copy.db',
  ],
  help: `Copies runs with their journals and blobs, registered workflows, schedules and tokens. Runs that have not ended go on in the copy:
start no server on the old database any more, or their work is done twice. It refuses while a process holds a run of the old
database, and while the new one has content. Cached answers and failed slots of schedules are left out.`,
  action: async () => (await import('./db-copy.ts')).copyDatabase,
}

const NEEDS_DATABASE = 'it looks after a database itself: call it beside the database of the server'

export const dbCommand: CliCommand = {
  name: 'db',
  summary: 'maintain the database: copies, sizes, retention, checks',
  examples: ['troupe db backup nightly.db', 'troupe db check && troupe db stats', 'troupe db sweep --dry-run'],
  help: `All of them except restore may be used while runs continue. How to combine them: docs/operations.md.`,
  // The databases of a copy are named by its arguments.
  subcommands: [...[...CARE, ...COPIES].map((command) => ({ ...command, needsDatabase: NEEDS_DATABASE })), COPY],
}
