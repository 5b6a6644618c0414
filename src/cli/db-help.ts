/** What `troupe db COMMAND --help` says below the options. */
export const DB_HELP = `
Examples:
  troupe db backup nightly.db
  troupe db check && troupe db stats
  troupe db sweep --dry-run

All of them but restore may be used while runs go on. How they belong together: docs/operations.md.`

export const STATS_HELP = `
Bytes of the file, of its write-ahead log and of what is free in it; runs by status; rows by table; the runs with the
most bytes of journal. It reads the whole journal once: not for a beat of seconds.`

export const CHECK_HELP = `
Examples:
  troupe db check || mail -s "troupe" ops@example.com < /dev/null

Looks at the file, at what refers to what, at journals with gaps, and at blobs that are missing. Changes nothing.
Exit code 1 when something is wrong, with what to do about it.`

export const SWEEP_HELP = `
Examples:
  troupe db sweep --dry-run
  troupe db sweep

Ended runs go by \`retention\` of troupe.config.yaml (default: completed 30d, failed 90d, keep 10000), those of a workflow
with a \`retention\` of its own by that; with a run go its child runs, its journal, its events and its idempotency key, then
blobs that nothing refers to any more. A run that has not ended stays, however long it waits. troupe serve does this by
itself each hour.`

export const VACUUM_HELP = `
troupe serve and troupe db sweep do it by themselves after they have deleted something. Runs go on meanwhile.`

export const BACKUP_HELP = `
Examples:
  troupe db backup nightly.db
  troupe db backup --force nightly.db

The copy is the database as it was at one moment, whole and by itself: the file alone is the backup. Runs go on meanwhile.
It is written under another name first, so that half a copy is never taken for one. Copying the database with cp while
something has it open loses what stands in its write-ahead log.`

export const RESTORE_HELP = `
Examples:
  troupe db restore nightly.db
  troupe --db other.db db restore nightly.db

The backup is looked through and brought up to date first. It takes the place of the database only when no process has that
open; who holds a run is named. Leases of the backup are void: runs that went on when it was made are taken up by the next
server, or by troupe resume --all, from where they were then. What they did since is done again, with the same keys.`

export const EXPORT_HELP = `
Examples:
  troupe db export last run.jsonl
  troupe db export r-0abc r-0def runs.jsonl
  troupe db export --all - | gzip > runs.jsonl.gz

JSON lines: for each run its definition, its child runs, their journals, blobs, and what they wait for. Registered workflows,
schedules and cached answers are not in it: for all of a database there is troupe db backup.`

export const IMPORT_HELP = `
Examples:
  troupe db import run.jsonl
  gunzip -c runs.jsonl.gz | troupe --db archive.db db import -

A run that is there already is left as it is: taking the same file in twice counts once. A run that had not ended is not begun by
a server before somebody has gone on with it: troupe resume RUN.`
