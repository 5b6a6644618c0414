import type { EnvironmentVariables, Project } from '../app/project/project.ts'
import { readSecrets } from '../app/project/project-access.ts'
import { keysOf, readProviders } from '../app/project/provider-access.ts'
import { SecretVault } from '../secrets/secret-vault.ts'

/**
 * What this process knows to be secret, so that it stays out of what is written: the keys of providers, and of these secrets those that
 * have a value here. Default: those of the config.
 */
export const createKnownVault = (
  project: Project,
  environment: EnvironmentVariables,
  names: Iterable<string> = project.config.secrets.keys(),
): SecretVault => {
  const { values } = readSecrets(names, { project, environment })
  return new SecretVault({ ...keysOf(readProviders(project, environment)), ...values })
}
