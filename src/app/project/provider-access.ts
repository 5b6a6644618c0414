/**
 * Reads the addresses and keys of the project's models: from the environment variables of each vendor, and from `providers` in the
 * config. A variable wins over the config.
 */

import { expectServer, PROVIDER_KINDS, type ProviderAccess } from '../../actors/llm/providers.ts'
import type { ProviderConfig } from '../../compiler/config.ts'
import { ownValue } from '../../core/json.ts'
import { SHORTEST_SECRET } from '../../secrets/secret-vault.ts'
import type { EnvironmentVariables, Project } from './project.ts'
import { readSecrets } from './project-access.ts'

export type Providers = Readonly<Record<string, ProviderAccess>>

/** Every provider of the project: the built-in ones, and those that the config names. */
export const readProviders = (project: Project, environment: EnvironmentVariables): Providers => ({
  ...Object.fromEntries(
    [...project.trust.config.providers].map(([name, config]) => [name, readNamed(config, { project, environment })]),
  ),
  ...Object.fromEntries(PROVIDER_KINDS.map((kind) => [kind, readBuiltIn(kind, { project, environment })])),
})

interface From {
  project: Project
  environment: EnvironmentVariables
}

const readNamed = ({ kind, baseUrl, key, ...others }: ProviderConfig, from: From): ProviderAccess => ({
  kind,
  settings: {
    ...others,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(key === undefined ? {} : { keyVariable: key, ...readKey(key, from) }),
  },
})

/** A missing secret is a fault of the step that needs it, and of no other. */
const readKey = (name: string, from: From): { apiKey?: string; keyProblem?: string } => {
  const { values, problems } = readSecrets([name], from)
  const apiKey = ownValue(values, name)
  const [problem] = problems
  if (apiKey !== undefined) return { apiKey }
  return problem === undefined ? {} : { keyProblem: `${problem.message}\n${problem.hint}` }
}

const readBuiltIn = (kind: string, from: From): ProviderAccess => {
  const { keys, address } = expectServer(kind).variables
  const configured = from.project.trust.config.providers.get(kind)
  const given = configured === undefined ? undefined : readNamed(configured, from)
  const baseUrl = from.environment[address] || given?.settings.baseUrl
  const found = keys.find((name) => from.environment[name])
  const own =
    found === undefined ? readOwnKey(keys, from) : { keyVariable: found, apiKey: from.environment[found] ?? '' }
  // A server of one's own may need no key; the vendors' do.
  const needed = baseUrl === undefined && keys[0] !== undefined ? { keyVariable: keys[0] } : {}
  return {
    kind: given?.kind ?? kind,
    settings: { ...needed, ...given?.settings, ...own, ...(baseUrl === undefined ? {} : { baseUrl }) },
  }
}

/** Reads the key from `secrets` in the config, under the name of its variable. */
const readOwnKey = (keys: readonly string[], from: From): { keyVariable?: string; apiKey?: string } => {
  const name = keys.find((one) => from.project.trust.config.secrets.has(one))
  return name === undefined ? {} : { keyVariable: name, ...readKey(name, from) }
}

/** Names of the providers whose address or key counts only with trust in the config. */
export const listUntrustedProviders = ({ trust }: Project): ReadonlySet<string> =>
  new Set(
    trust.isTrusted
      ? []
      : trust.grants.flatMap(({ path: [key, name = ''] }) =>
          key === 'providers' ? [name] : key === 'secrets' ? vendorsOfKey(name) : [],
        ),
  )

const vendorsOfKey = (secret: string): string[] =>
  PROVIDER_KINDS.filter((kind) => expectServer(kind).variables.keys.includes(secret))

/** Keys are redacted like declared secrets. A key that is too short to redact is left out. */
export const keysOf = (providers: Providers): Record<string, string> =>
  Object.fromEntries(
    Object.entries(providers).flatMap(([name, { settings }]) => {
      const { apiKey = '', keyVariable = `the key of ${name}` } = settings
      return apiKey.length < SHORTEST_SECRET ? [] : [[keyVariable, apiKey]]
    }),
  )

/** Kinds and addresses of providers, for `createPricing`. */
export const toAddresses = (providers: Providers): Map<string, { kind: string; baseUrl?: string }> =>
  new Map(
    Object.entries(providers).map(([name, { kind, settings }]) => {
      const { baseUrl } = settings
      return [name, { kind, ...(baseUrl === undefined ? {} : { baseUrl }) }]
    }),
  )
