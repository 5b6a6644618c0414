/** `troupe db stats`, `check`, `sweep` and `vacuum`: size, integrity, retention and free space of a database. */

import { createCatalogue } from '../../../app/catalogue.ts'
import { formatCount } from '../../../core/count.ts'
import { formatSize } from '../../../core/size.ts'
import { checkStore } from '../../../service/database/own-content.ts'
import { sweepStore } from '../../../service/database/retention.ts'
import type { StoreProblem, StoreStats } from '../../../store/maintenance.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { shownDatabase } from '../../open-runs.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { describeSwept, toSweptJson } from '../../swept-text.ts'
import { right } from '../../table.ts'
import { withKept } from './db-copies.ts'

export const showStats = (context: Context, { json = false }: { json?: boolean }): Promise<void> =>
  withKept(context, async ({ store, project }) => {
    const stats = await (await store.maintenance()).stats()
    const database = shownDatabase(project, context)
    if (json) writeJson(context, toStatsJson(stats, database))
    else writeStats(stats, { database, context })
  })

/** The exit code is 1 for a damaged database. */
export const checkDatabase = (context: Context, { json = false }: { json?: boolean }): Promise<number> =>
  withKept(context, async ({ store, project }) => {
    const problems = await checkStore(store, { catalogue: createCatalogue() })
    const ok = problems.length === 0
    if (json) writeJson(context, { ok, problems: problems.map((one) => ({ ...one, hint: HINTS[one.kind] })) })
    else if (ok) context.stdout.write(`${shownDatabase(project, context)} is sound\n`)
    else for (const kind of KINDS) writeProblems(problems, kind, context)
    return ok ? EXIT.completed : EXIT.failed
  })

export const sweepDatabase = (
  context: Context,
  { dryRun = false, json = false }: { dryRun?: boolean; json?: boolean },
): Promise<void> =>
  withKept(context, async ({ store, project }) => {
    const { retention } = project.config
    const report = await sweepStore(store, { retention, at: Date.now(), isDryRun: dryRun })
    if (json) writeJson(context, { dry_run: dryRun, ...toSweptJson(report) })
    else context.stdout.write(`${describeSwept(report, dryRun)}\n`)
  })

export const vacuumDatabase = (context: Context, { json = false }: { json?: boolean }): Promise<void> =>
  withKept(context, async ({ store, project }) => {
    const maintenance = await store.maintenance()
    const { freedBytes } = await maintenance.vacuum()
    const { fileBytes } = await maintenance.stats()
    if (json) writeJson(context, { freed_bytes: freedBytes, file_bytes: fileBytes })
    else
      context.stdout.write(
        `${formatSize(freedBytes)} returned; ${shownDatabase(project, context)} now has ${formatSize(fileBytes)}\n`,
      )
  })

const toStatsJson = (stats: StoreStats, database: string): object => ({
  database,
  file_bytes: stats.fileBytes,
  log_bytes: stats.logBytes,
  free_bytes: stats.freeBytes,
  runs: stats.runs,
  rows: stats.rows,
  blobs: stats.blobs,
  largest: stats.largest.map(({ id, ...rest }) => ({ run: id, ...rest })),
})

const writeStats = (
  { fileBytes, logBytes, freeBytes, rows, runs, blobs, largest }: StoreStats,
  { database, context: { stdout } }: { database: string; context: Context },
): void => {
  const size = `${formatSize(fileBytes)}, ${formatSize(freeBytes)} of it free; write-ahead log ${formatSize(logBytes)}`
  stdout.write(`${stdout.paint.bold(database)}  ${size}\n\n`)
  writeTable(stdout, runs, [
    { title: 'runs', text: ({ status, phase }) => (phase === null || phase === 'active' ? status : phase) },
    right('count', ({ count }) => formatCount(count)),
  ])
  stdout.write('\n')
  writeTable(stdout, Object.entries(rows), [
    { title: 'table', text: ([name]) => name },
    right('rows', ([, count]) => formatCount(count)),
    right('bytes', ([name]) => (name === 'blob' ? formatSize(blobs.bytes) : '')),
  ])
  if (largest.length === 0) return
  stdout.write('\n')
  writeTable(stdout, largest, [
    { title: 'largest runs', text: ({ id }) => id },
    { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
    right('rows', (run) => formatCount(run.rows)),
    right('journal', ({ bytes }) => formatSize(bytes)),
  ])
}

const KINDS = [
  'damage',
  'reference',
  'journal',
  'blob',
  'row',
  'definition',
  'approval',
] as const satisfies StoreProblem['kind'][]

const HINTS: Record<StoreProblem['kind'], string> = {
  damage:
    'the file is damaged: stop every process that has it open, check the disk, and restore the last backup: troupe db restore FILE',
  reference:
    'rows are missing or were edited by hand: restore the last backup (troupe db restore FILE), or export the intact runs',
  journal:
    'such a run can not continue: restore the last backup (troupe db restore FILE), or start a new run with its input: troupe restart RUN',
  blob: 'the values that refer to it can not be read: restore the last backup (troupe db restore FILE), or restart the affected runs',
  row: 'lists leave such a row out, and its run can not continue: restore the last backup (troupe db restore FILE), or start a new run with its input: troupe restart RUN',
  definition:
    'its text was changed by hand, or stored by another release: restore the last backup (troupe db restore FILE), or start new runs from the file',
  approval:
    'people would decide about something else than the run asks: restore the last backup (troupe db restore FILE), or cancel the run: troupe cancel RUN',
}

const writeProblems = (
  problems: readonly StoreProblem[],
  kind: StoreProblem['kind'],
  { stdout: { write, paint } }: Context,
): void => {
  const found = problems.filter((problem) => problem.kind === kind)
  for (const { message } of found) write(`${paint.red(`${kind}: ${message}`)}\n`)
  if (found.length > 0) write(`${paint.dim(`  hint: ${HINTS[kind]}`)}\n`)
}
