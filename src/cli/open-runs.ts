import { existsSync } from 'node:fs'
import type { Project } from '../app/project/project.ts'
import { openDatabase } from '../store/open-database.ts'
import type { Store } from '../store/store.ts'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { openProject } from './open-project.ts'
import { shownPath } from './workflow-file.ts'

export interface OpenedRuns {
  project: Project
  store: Store
}

/** The database of the project around the working folder, which must be there. @throws CliError, StoreError */
export const openRuns = async (context: Context): Promise<OpenedRuns> => {
  const project = await openProject(context)
  if (hasDatabase(project)) return { project, store: await openDatabase(project) }
  throw new CliError(`there is no database at ${shownDatabase(project, context)}`, {
    hint: 'the first run creates it; --db names another one, --config the config of another project',
    exitCode: EXIT.environment,
  })
}

/** Where nothing has run yet there is no database, and that is no error: undefined. One that was named must be there. */
export const openRunsIfThere = async (context: Context): Promise<Store | undefined> => {
  const project = await openProject(context)
  if (hasDatabase(project)) return openDatabase(project)
  const isNamed = context.options.db !== undefined || Boolean(context.environment.TROUPE_DB)
  return isNamed ? (await openRuns(context)).store : undefined
}

export const hasDatabase = ({ database }: Project): boolean => database.kind === 'memory' || existsSync(database.path)

export const shownDatabase = ({ database }: Project, { workingFolder }: Context): string =>
  database.kind === 'memory' ? 'memory:' : shownPath(database.path, workingFolder)
