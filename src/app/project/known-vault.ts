import { SecretVault } from '../../secrets/secret-vault.ts'
import type { EnvironmentVariables, Project } from './project.ts'
import { readSecrets } from './project-access.ts'
import { keysOf, readProviders } from './provider-access.ts'

/**
 * A vault with all secrets that this process knows, to redact written data: the keys of providers, and the named secrets that
 * have a value here. Default: the secrets of the config.
 */
export const createKnownVault = (
  project: Project,
  environment: EnvironmentVariables,
  names: Iterable<string> = project.config.secrets.keys(),
): SecretVault => {
  const { values } = readSecrets(names, { project, environment })
  return new SecretVault({ ...keysOf(readProviders(project, environment)), ...values })
}
