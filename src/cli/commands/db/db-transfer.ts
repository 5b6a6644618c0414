/** `troupe db export` and `troupe db import`: copy runs between databases. */
import { resolve } from 'node:path'
import { exportToFile, exportToStream, importFromFile, importFromStream } from '../../../app/database/run-file.ts'
import { formatSize } from '../../../core/size.ts'
import type { ExportReport } from '../../../service/database/run-bundles.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { countOf, formatCount } from '../../figures.ts'
import { findRun } from '../../find-run.ts'
import { openProject, withDatabase } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { databaseFile, withFile } from './file-database.ts'

export interface ExportArguments {
  /** Runs, then the file. */
  names: string[]
  all?: boolean
  force?: boolean
  json?: boolean
}

/** Resolves to the exit code. */
export const exportRuns = async (context: Context, options: ExportArguments): Promise<number> => {
  const { names, all = false, force = false, json = false } = options
  const { stdout, stderr, workingFolder } = context
  const file = names.at(-1) ?? '-'
  const runs = names.slice(0, -1)
  if (all === runs.length > 0)
    throw new CliError(
      all ? '--all exports every run: expected no run beside it' : `no run is named: expected one before '${file}'`,
      { hint: 'troupe db export RUN FILE, or troupe db export --all FILE' },
    )
  return withFile(context, async ({ store }) => {
    const ids = await listIds(store, runs)
    const report =
      file === '-'
        ? await exportToStream(store, { ids, stream: process.stdout })
        : await exportToFile(store, { ids, file: resolve(workingFolder, file), replaces: force })
    if (file === '-') stderr.write(`${describeExport(report)}\n`)
    else if (json) writeJson(context, { file, ...report })
    else stdout.write(`${file}: ${describeExport(report)}\n`)
    return EXIT.completed
  })
}

/** The ids of the named runs or, without names, of all runs from the oldest on. */
const listIds = async (store: Store, names: readonly string[]): Promise<string[]> => {
  if (names.length === 0) return (await store.listRuns()).map(({ id }) => id).reverse()
  const found = await Promise.all(names.map((name) => findRun(store, name)))
  return [...new Set(found.map(({ id }) => id))]
}

const describeExport = ({ runs, bytes }: ExportReport): string => `${countOf(runs, 'run')}, ${formatSize(bytes)}`

/** Resolves to the exit code. */
export const importRuns = async (
  context: Context,
  { file, json = false }: { file: string; json?: boolean },
): Promise<number> => {
  const project = await openProject(context)
  databaseFile(project)
  return withDatabase(project, async (store) => {
    const { imported, existing } =
      file === '-'
        ? await importFromStream(store, { stream: process.stdin, name: 'standard input' })
        : await importFromFile(store, resolve(context.workingFolder, file))
    if (json) writeJson(context, { imported, existing })
    else
      context.stdout.write(
        `${countOf(imported.length, 'run')} imported, ${formatCount(existing.length)} existed already\n`,
      )
    return EXIT.completed
  })
}
