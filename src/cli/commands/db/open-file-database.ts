import type { Project } from '../../../app/project/project.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject } from '../../open-project.ts'
import { openRuns } from '../../open-runs.ts'

export interface FileDatabase {
  project: Project
  store: Store
  /** Absolute. */
  path: string
}

/** For commands that are about a file; it must be there. @throws CliError, StoreError */
export const openFileDatabase = async (context: Context): Promise<FileDatabase> => {
  const path = databaseFile(await openProject(context))
  return { ...(await openRuns(context)), path }
}

/** Absolute. @throws CliError */
export const databaseFile = ({ database }: Project): string => {
  if (database.kind === 'sqlite') return database.path
  throw new CliError('the database is memory: expected one in a file', {
    hint: 'name it with --db PATH',
    exitCode: EXIT.environment,
  })
}
