import type { EnvironmentVariables, Project } from '../app/project/project.ts'
import { readSecrets } from '../app/project/project-access.ts'
import { CliError } from './cli-error.ts'
import { EXIT } from './exit-code.ts'

/** The values of the secrets that a workflow declares. @throws CliError that names each one missing */
export const expectSecrets = (
  names: readonly string[],
  from: { project: Project; environment: EnvironmentVariables },
): Record<string, string> => {
  const { values, problems } = readSecrets(names, from)
  const [first] = problems
  if (first === undefined) return values
  throw new CliError(problems.map(({ message }) => message).join('\n'), {
    hint: first.hint,
    exitCode: EXIT.environment,
  })
}
