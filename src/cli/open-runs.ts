/** Opens the project and its database, finds runs in it, and closes it when a command has ended. */
import { existsSync } from 'node:fs'
import { isDatabaseTrusted, type Project, readProject } from '../app/project/project.ts'
import { type DatabaseAddress, toShownUrl } from '../store/database-address.ts'
import type { DamagedRow } from '../store/maintenance.ts'
import { openDatabase } from '../store/open-database.ts'
import type { RunRecord, Store } from '../store/store.ts'
import { expectTrustInKey } from './ask-trust.ts'
import { CliError, InvalidFile } from './cli-error.ts'
import type { Context } from './context.ts'
import { DamagedRows } from './damaged-rows.ts'
import { EXIT } from './exit-code.ts'
import { writeJson } from './output.ts'
import { expectNoServer } from './remote/named-server.ts'
import { shownPath } from './workflow-file.ts'

export interface OpenedRuns {
  project: Project
  store: Store
  damaged: DamagedRows
}

/** The project around a folder, ready to open its database. @throws as `viewProject`; CliError if the database is not trusted, or a server is named */
export const openProject = async (context: Context, folder?: string): Promise<Project> => {
  expectNoServer(context)
  const project = await viewProject(context, folder)
  if (!isDatabaseTrusted(project)) await expectTrustInKey(context, project, 'db')
  return project
}

/**
 * The project around a folder, for commands that open no database.
 * @throws InvalidFile if its config has errors, Fault for a wrong `--db` or `--config`
 */
export const viewProject = async (
  { options, workingFolder, environment }: Context,
  folder = workingFolder,
): Promise<Project> => {
  const { diagnostics, project } = await readProject({
    folder,
    workingFolder,
    environment,
    configFile: options.config,
    db: options.db,
    trust: options.trust,
  })
  if (project !== undefined) return project
  if (diagnostics === undefined) throw new Error('a project without findings was not read')
  throw new InvalidFile(diagnostics.toList(), diagnostics.source)
}

/** Calls `act` with the database of a project, which is created if it is missing. */
export const withDatabase = async <T>(
  project: Parameters<typeof openDatabase>[0],
  act: (store: Store) => Promise<T>,
): Promise<T> => {
  const store = await openDatabase(project)
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}

/** Calls `act` with the database of the project around the working folder. @throws CliError if there is none; StoreError */
export const withRuns = async <T>(context: Context, act: (opened: OpenedRuns) => Promise<T>): Promise<T> => {
  const project = await openProject(context)
  if (hasDatabase(project)) {
    const damaged = new DamagedRows()
    const { database, durability } = project
    const opened = { database, durability, onDamaged: (row: DamagedRow) => damaged.add(row) }
    return withDatabase(opened, (store) => act({ project, store, damaged })).finally(() => damaged.report(context))
  }
  throw new CliError(`there is no database at ${shownDatabase(project, context)}`, {
    hint: 'the first run creates it; --db names another one, --config the config of another project',
    exitCode: EXIT.environment,
  })
}

export interface Listing {
  json?: boolean | undefined
  /** Printed with `--json` if there is no database; undefined prints nothing. Default: an empty list. */
  none?: unknown
  /** Printed without `--json` if there is no database. */
  say?: (database: string) => string
}

/**
 * Calls `act` as withRuns does. A database that does not exist yet is no error for a command that lists, unless `--db` or
 * TROUPE_DB names it.
 */
export const withRunsIfThere = async (
  context: Context,
  { json = false, none = [], say = (database) => `no runs yet in ${database}` }: Listing,
  act: (store: Store, damaged: DamagedRows) => Promise<void>,
): Promise<void> => {
  const project = await openProject(context)
  const isNamed = context.options.db !== undefined || Boolean(context.environment.TROUPE_DB)
  if (hasDatabase(project) || isNamed) return withRuns(context, ({ store, damaged }) => act(store, damaged))
  if (!json) context.stderr.write(`${say(shownDatabase(project, context))}\n`)
  else if (none !== undefined) writeJson(context, none)
}

export const hasDatabase = ({ database }: Project): boolean => database.kind !== 'sqlite' || existsSync(database.path)

export const shownDatabase = ({ database }: Project, { workingFolder }: Context): string =>
  database.kind === 'sqlite' ? shownPath(database.path, workingFolder) : shownServer(database)

const shownServer = (database: Exclude<DatabaseAddress, { kind: 'sqlite' }>): string =>
  database.kind === 'memory' ? 'memory:' : toShownUrl(database.url)

/** Finds a run by its id, by a unique beginning or end of its id, or as the newest for `last`. @throws CliError */
export const findRun = async (store: Store, id: string): Promise<RunRecord> => {
  if (id === 'last') return findLast(store)
  const found = await store.findRun(id)
  if (found.kind === 'found') return found.run
  if (found.kind === 'ambiguous')
    throw new CliError(`several runs begin or end with '${id}'`, { hint: `they are ${found.ids.join(', ')}` })
  throw new CliError(`there is no run '${id}' in ${store.location}`, {
    hint: 'troupe runs lists all; --db names another database',
  })
}

const findLast = async (store: Store): Promise<RunRecord> => {
  const [run] = await store.listRuns({ limit: 1 })
  if (run !== undefined) return run
  throw new CliError(`there are no runs in ${store.location}`, { hint: 'start one: troupe run FILE' })
}
