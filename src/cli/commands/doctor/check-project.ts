import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { EnvironmentVariables, Project } from '../../../app/project/project.ts'
import { readSecrets } from '../../../app/project/project-access.ts'
import { type DoctorCheck, miss, pass } from './check.ts'

/** Checks the secrets, variables and folders that the config names. */
export const checkProject = (project: Project, environment: EnvironmentVariables): DoctorCheck[] => [
  ...checkSecrets(project, environment),
  ...project.config.env.map((name) =>
    environment[name] === undefined
      ? miss('variable', `${name} is not set, and expressions may read it`, `set it: export ${name}=…`)
      : pass('variable', `${name} is set`),
  ),
  ...listFolders(project).map((folder) =>
    existsSync(folder)
      ? pass('folder', folder)
      : miss('folder', `${folder} does not exist`, `create it: mkdir -p ${folder}`),
  ),
]

const checkSecrets = (project: Project, environment: EnvironmentVariables): DoctorCheck[] => {
  const names = [...project.config.secrets.keys()]
  const { problems } = readSecrets(names, { project, environment })
  return names.map((name) => {
    const problem = problems.find((one) => one.name === name)
    return problem === undefined ? pass('secret', `${name} is set`) : miss('secret', problem.message, problem.hint)
  })
}

const listFolders = ({ config: { files }, folder }: Project): string[] => [
  ...new Set(
    [...(files.roots ?? []), ...(files.read ?? []), ...(files.write ?? [])].map((path) => resolve(folder, path)),
  ),
]
