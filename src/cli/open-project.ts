import { type Project, readProject } from '../app/project/project.ts'
import { InvalidFile } from './cli-error.ts'
import type { Context } from './context.ts'

/** The project around a folder. @throws InvalidFile when its config has errors, Fault for flags that can't be meant */
export const openProject = async (
  { options, workingFolder, environment }: Context,
  folder = workingFolder,
): Promise<Project> => {
  const { diagnostics, project } = await readProject({
    folder,
    workingFolder,
    environment,
    configFile: options.config,
    db: options.db,
  })
  if (project !== undefined) return project
  if (diagnostics === undefined) throw new Error('a project without findings was not read')
  throw new InvalidFile(diagnostics.toList(), diagnostics.source)
}
