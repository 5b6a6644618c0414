/** `troupe db backup`, `restore`, `export` and `import`: copies of a database and of its runs. */
import { resolve } from 'node:path'
import { createCatalogue } from '../../../app/catalogue.ts'
import { backupStore } from '../../../app/database/backup-file.ts'
import { exportToFile, exportToStream, importFromFile, importFromStream } from '../../../app/database/run-file.ts'
import type { Project } from '../../../app/project/project.ts'
import { countOf, formatCount } from '../../../core/count.ts'
import { formatSize } from '../../../core/size.ts'
import { checkStore } from '../../../service/database/own-content.ts'
import type { ExportReport } from '../../../service/database/run-bundles.ts'
import { restoreDatabase } from '../../../store/open-database.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { findRun, type OpenedRuns, openProject, shownDatabase, withDatabase, withRuns } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { toVisibleJson } from '../../printable.ts'
import { shownPath } from '../../workflow-file.ts'

export interface CopyArguments {
  file: string
  force?: boolean
  json?: boolean
}

export const backup = (context: Context, { file, force = false, json = false }: CopyArguments): Promise<void> =>
  withKept(context, async ({ store, project }) => {
    const { bytes } = await backupStore(store, {
      ...toPath(project),
      file: resolve(context.workingFolder, file),
      replaces: force,
    })
    if (json) writeJson(context, { file, bytes })
    else context.stdout.write(`${file}: ${formatSize(bytes)}\n`)
  })

export const restore = async (
  context: Context,
  { file, force = false, json = false }: CopyArguments,
): Promise<void> => {
  const { stdout, stderr, workingFolder } = context
  const project = await openProject(context)
  const path = databaseFile(project)
  const restored = await restoreDatabase({
    file: resolve(workingFolder, file),
    path,
    replaces: force,
    check: (store) => checkStore(store, { catalogue: createCatalogue(), isStrict: false }),
  })
  const { runs, going, setAside } = restored
  const database = shownDatabase(project, context)
  if (json) writeJson(context, { database, runs, going, set_aside: setAside ?? null })
  else {
    stdout.write(`${database}: ${countOf(runs, 'run')} restored\n`)
    if (setAside !== undefined)
      stderr.write(`the former database is damaged: it is now ${shownPath(setAside, workingFolder)}\n`)
    if (going > 0)
      stderr.write(
        `${formatCount(going)} of them have not ended: a server, or troupe resume --all, continues them from their restored state\n`,
      )
  }
}

/** Opens a database that outlives the process; a file must exist. @throws CliError, StoreError */
export const withKept = async <T>(context: Context, act: (opened: OpenedRuns) => Promise<T>): Promise<T> => {
  expectKept(await openProject(context))
  return withRuns(context, act)
}

/** @throws CliError if the database ends with the process */
const expectKept = ({ database }: Project): void => {
  if (database.kind === 'memory')
    throw new CliError('the database is memory: expected one in a file', {
      hint: 'name it with --db PATH',
      exitCode: EXIT.environment,
    })
}

const toPath = ({ database }: Project): { path?: string } => (database.kind === 'sqlite' ? { path: database.path } : {})

/** The absolute path. @throws CliError if the database is not a file */
const databaseFile = (project: Project): string => {
  expectKept(project)
  const { database } = project
  if (database.kind === 'sqlite') return database.path
  throw new CliError('a Postgres database is restored by a tool of Postgres: expected a database in a file', {
    hint: 'stop all servers on it, then: pg_restore --clean --dbname=URL FILE',
    exitCode: EXIT.environment,
  })
}

export const exportRuns = async (
  context: Context,
  options: { names: string[]; all?: boolean; force?: boolean; json?: boolean },
): Promise<void> => {
  const { names, all = false, force = false, json = false } = options
  const { stdout, stderr, workingFolder } = context
  const file = names.at(-1) ?? '-'
  const runs = names.slice(0, -1)
  if (all === runs.length > 0)
    throw new CliError(
      all ? '--all exports every run: expected no run beside it' : `no run is named: expected one before '${file}'`,
      { hint: 'troupe db export RUN FILE, or troupe db export --all FILE' },
    )
  return withKept(context, async ({ store }) => {
    const ids = await listIds(store, runs)
    const report =
      file === '-'
        ? await exportToStream(store, { ids, stream: process.stdout, rewrite: toVisibleJson })
        : await exportToFile(store, { ids, file: resolve(workingFolder, file), replaces: force })
    if (file === '-') stderr.write(`${describeExport(report)}\n`)
    else if (json) writeJson(context, { file, ...report })
    else stdout.write(`${file}: ${describeExport(report)}\n`)
  })
}

/** The ids of the named runs or, without names, of all runs from the oldest on. */
const listIds = async (store: Store, names: readonly string[]): Promise<string[]> => {
  if (names.length === 0) return (await store.listRuns()).map(({ id }) => id).reverse()
  const found = await Promise.all(names.map((name) => findRun(store, name)))
  return [...new Set(found.map(({ id }) => id))]
}

const describeExport = ({ runs, bytes }: ExportReport): string => `${countOf(runs, 'run')}, ${formatSize(bytes)}`

export const importRuns = async (
  context: Context,
  { file, json = false }: { file: string; json?: boolean },
): Promise<void> => {
  const project = await openProject(context)
  expectKept(project)
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
  })
}
