/** `troupe db stats`, `check`, `sweep` and `vacuum`: what is in a database, whether it is whole, and what may go. */

import { formatSize } from '../../../core/size.ts'
import { sweepStore } from '../../../service/database/sweep-store.ts'
import type { StoreProblem, StoreStats } from '../../../store/maintenance.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { shownDatabase } from '../../open-runs.ts'
import { toOneLine } from '../../printable.ts'
import { formatCount } from '../../run-result.ts'
import { describeSwept, toSweptJson } from '../../swept-text.ts'
import { renderTable } from '../../table.ts'
import { type FileDatabase, openFileDatabase } from './open-file-database.ts'

export interface CareArguments {
  json?: boolean
}

/** The exit code. */
export const showStats = (context: Context, { json = false }: CareArguments): Promise<number> =>
  withDatabase(context, async ({ store, project }) => {
    const stats = await (await store.maintenance()).stats()
    const database = shownDatabase(project, context)
    if (json) writeJson(context, toStatsJson(stats, database))
    else for (const line of renderStats(stats, { database, context })) context.stdout.write(`${line}\n`)
    return EXIT.completed
  })

export const checkDatabase = (context: Context, { json = false }: CareArguments): Promise<number> =>
  withDatabase(context, async ({ store, project }) => {
    const { stdout } = context
    const problems = await (await store.maintenance()).check()
    const ok = problems.length === 0
    const told = problems.map((problem) => ({ ...problem, hint: HINTS[problem.kind] }))
    if (json) writeJson(context, { ok, problems: told })
    else if (ok) stdout.write(`${shownDatabase(project, context)} is sound\n`)
    else
      for (const kind of KINDS)
        for (const line of renderProblems(problems, kind)) stdout.write(`${stdout.paint[line.color](line.text)}\n`)
    return ok ? EXIT.completed : EXIT.failed
  })

export const sweepDatabase = (
  context: Context,
  { dryRun = false, json = false }: CareArguments & { dryRun?: boolean },
): Promise<number> =>
  withDatabase(context, async ({ store, project }) => {
    const { retention } = project.config
    const report = await sweepStore(store, { retention, at: Date.now(), isDryRun: dryRun })
    if (json) writeJson(context, { dry_run: dryRun, ...toSweptJson(report) })
    else context.stdout.write(`${describeSwept(report, dryRun)}\n`)
    return EXIT.completed
  })

export const vacuumDatabase = (context: Context, { json = false }: CareArguments): Promise<number> =>
  withDatabase(context, async ({ store, project }) => {
    const maintenance = await store.maintenance()
    const { freedBytes } = await maintenance.vacuum()
    const { fileBytes } = await maintenance.stats()
    if (json) writeJson(context, { freed_bytes: freedBytes, file_bytes: fileBytes })
    else
      context.stdout.write(
        `${formatSize(freedBytes)} given back; ${shownDatabase(project, context)} has ${formatSize(fileBytes)} now\n`,
      )
    return EXIT.completed
  })

const withDatabase = async (context: Context, act: (database: FileDatabase) => Promise<number>): Promise<number> => {
  const database = await openFileDatabase(context)
  try {
    return await act(database)
  } finally {
    await database.store.close()
  }
}

const writeJson = ({ stdout }: Context, value: object): void => stdout.write(`${JSON.stringify(value, null, 2)}\n`)

const toStatsJson = (
  { fileBytes, logBytes, freeBytes, rows, runs, blobs, largest }: StoreStats,
  database: string,
): object => ({
  database,
  file_bytes: fileBytes,
  log_bytes: logBytes,
  free_bytes: freeBytes,
  runs,
  rows,
  blobs,
  largest: largest.map(({ id, ...rest }) => ({ run: id, ...rest })),
})

const renderStats = (
  stats: StoreStats,
  { database, context: { stdout } }: { database: string; context: Context },
): string[] => {
  const { paint, isTerminal } = stdout
  const width = isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  const { fileBytes, logBytes, freeBytes, rows, runs, blobs, largest } = stats
  const size = `${formatSize(fileBytes)}, ${formatSize(freeBytes)} of it free; write-ahead log ${formatSize(logBytes)}`
  const right = 'right' as const
  return [
    `${paint.bold(database)}  ${size}`,
    '',
    ...renderTable(runs, {
      columns: [
        { title: 'runs', text: ({ status, phase }) => (phase === null || phase === 'active' ? status : phase) },
        { title: 'count', align: right, text: ({ count }) => formatCount(count) },
      ],
      width,
      paint,
    }),
    '',
    ...renderTable(Object.entries(rows), {
      columns: [
        { title: 'table', text: ([name]) => name },
        { title: 'rows', align: right, text: ([, count]) => formatCount(count) },
        { title: 'bytes', align: right, text: ([name]) => (name === 'blob' ? formatSize(blobs.bytes) : '') },
      ],
      width,
      paint,
    }),
    ...(largest.length === 0 ? [] : ['']),
    ...(largest.length === 0
      ? []
      : renderTable(largest, {
          columns: [
            { title: 'largest runs', text: ({ id }) => id },
            { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
            { title: 'rows', align: right, text: (run) => formatCount(run.rows) },
            { title: 'journal', align: right, text: ({ bytes }) => formatSize(bytes) },
          ],
          width,
          paint,
        })),
  ]
}

const KINDS = ['damage', 'reference', 'journal', 'blob'] as const satisfies StoreProblem['kind'][]

const HINTS: Record<StoreProblem['kind'], string> = {
  damage:
    'the file is damaged: stop all that has it open, look at the disk, and restore the last backup: troupe db restore FILE',
  reference:
    'rows are missing or were changed by hand: restore the last backup (troupe db restore FILE), or export the runs that are whole',
  journal:
    'such a run can not go on: restore the last backup (troupe db restore FILE), or make a new one with its input: troupe restart RUN',
  blob: 'the values that name it can not be read: restore the last backup (troupe db restore FILE), or restart the runs that need it',
}

const renderProblems = (
  problems: readonly StoreProblem[],
  kind: StoreProblem['kind'],
): { text: string; color: 'red' | 'dim' }[] => {
  const found = problems.filter((problem) => problem.kind === kind)
  if (found.length === 0) return []
  return [
    ...found.map(({ message }) => ({ text: `${kind}: ${message}`, color: 'red' as const })),
    { text: `  hint: ${HINTS[kind]}`, color: 'dim' },
  ]
}
