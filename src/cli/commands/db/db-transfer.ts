/** `troupe db export` and `troupe db import`: runs from one database to another. */
import { resolve } from 'node:path'
import { exportToFile, exportToStream, importFromFile, importFromStream } from '../../../app/database/run-file.ts'
import { formatSize } from '../../../core/size.ts'
import type { ExportReport } from '../../../service/database/run-bundles.ts'
import { openDatabase } from '../../../store/open-database.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { findRun } from '../../find-run.ts'
import { openProject } from '../../open-project.ts'
import { formatCount } from '../../run-result.ts'
import { databaseFile, openFileDatabase } from './open-file-database.ts'

export interface ExportArguments {
  /** Runs, and at last the file. */
  names: string[]
  all?: boolean
  force?: boolean
  json?: boolean
}

/** The exit code. */
export const exportRuns = async (context: Context, options: ExportArguments): Promise<number> => {
  const { names, all = false, force = false, json = false } = options
  const { stdout, stderr, workingFolder } = context
  const file = names.at(-1) ?? '-'
  const runs = names.slice(0, -1)
  if (all === runs.length > 0)
    throw new CliError(
      all ? '--all exports every run: expected no run beside it' : `no run is named: expected one before '${file}'`,
      {
        hint: 'troupe db export RUN FILE, or troupe db export --all FILE',
      },
    )
  const { store } = await openFileDatabase(context)
  try {
    const ids = await listIds(store, runs)
    const report =
      file === '-'
        ? await exportToStream(store, { ids, stream: process.stdout })
        : await exportToFile(store, { ids, file: resolve(workingFolder, file), replaces: force })
    if (file === '-') stderr.write(`${describeExport(report)}\n`)
    else if (json) stdout.write(`${JSON.stringify({ file, ...report }, null, 2)}\n`)
    else stdout.write(`${file}: ${describeExport(report)}\n`)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

/** None named: all, oldest first. */
const listIds = async (store: Store, names: readonly string[]): Promise<string[]> => {
  if (names.length === 0) return (await store.listRuns()).map(({ id }) => id).reverse()
  const found = await Promise.all(names.map((name) => findRun(store, name)))
  return [...new Set(found.map(({ id }) => id))]
}

const describeExport = ({ runs, bytes }: ExportReport): string =>
  `${formatCount(runs)} run${runs === 1 ? '' : 's'}, ${formatSize(bytes)}`

export const importRuns = async (
  context: Context,
  { file, json = false }: { file: string; json?: boolean },
): Promise<number> => {
  const { stdout, workingFolder } = context
  const project = await openProject(context)
  databaseFile(project)
  const store = await openDatabase(project)
  try {
    const { imported, existing } =
      file === '-'
        ? await importFromStream(store, { stream: process.stdin, name: 'standard input' })
        : await importFromFile(store, resolve(workingFolder, file))
    if (json) stdout.write(`${JSON.stringify({ imported, existing }, null, 2)}\n`)
    else
      stdout.write(
        `${formatCount(imported.length)} run${imported.length === 1 ? '' : 's'} taken in, ${formatCount(existing.length)} there already\n`,
      )
    return EXIT.completed
  } finally {
    await store.close()
  }
}
