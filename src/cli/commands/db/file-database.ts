/** For commands that work on a database file. */
import type { Project } from '../../../app/project/project.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { type OpenedRuns, openProject, withRuns } from '../../open-runs.ts'

/** An open database with the absolute path of its file. */
export type FileDatabase = OpenedRuns & { path: string }

/** The file must exist. @throws CliError, StoreError */
export const withFile = async (context: Context, act: (database: FileDatabase) => Promise<number>): Promise<number> => {
  const path = databaseFile(await openProject(context))
  return withRuns(context, (opened) => act({ ...opened, path }))
}

/** The absolute path. @throws CliError if the database is not a file */
export const databaseFile = ({ database }: Project): string => {
  if (database.kind === 'sqlite') return database.path
  throw new CliError('the database is memory: expected one in a file', {
    hint: 'name it with --db PATH',
    exitCode: EXIT.environment,
  })
}
