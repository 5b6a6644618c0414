/** Reads what a project allows its workflows: folders, addresses, environment variables, secrets. */

import { accessSync, constants, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createPricing } from '../../actors/llm/prices.ts'
import type { ToolOptions } from '../../actors/tools/tool-options.ts'
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { SecretSource } from '../../compiler/config.ts'
import { ownValue } from '../../core/json.ts'
import type { Pricing } from '../../core/pricing.ts'
import { SHORTEST_SECRET } from '../../secrets/secret-vault.ts'
import { createCatalogue } from '../catalogue.ts'
import type { EnvironmentVariables, Project } from './project.ts'

/** Folders and addresses that tools may touch. Without `files` in the config: the workflow's own folder. */
export const toToolOptions = (project: Project, workflowFolder: string): Omit<ToolOptions, 'now'> => {
  const { folder, configFile, database, trust } = project
  const { roots, read, write } = trust.config.files
  const toFolders = (paths: string[] | undefined): string[] =>
    (paths ?? roots)?.map((path) => resolve(folder, path)) ?? [workflowFolder]
  const databaseFiles = database.kind === 'sqlite' ? ['', '-wal', '-shm'].map((end) => database.path + end) : []
  return {
    files: {
      read: toFolders(read),
      write: toFolders(write),
      protected: [
        ...databaseFiles,
        ...(configFile === undefined ? [] : [configFile]),
        ...secretFiles(project),
        trust.folder,
      ],
    },
    http: { allow: trust.config.http.allow },
    json: { eval: trust.config.json.eval },
  }
}

const secretFiles = ({ config, folder }: Project): string[] =>
  [...config.secrets.values()].flatMap((source) => (source.kind === 'file' ? [resolve(folder, source.file)] : []))

/** Prices of models: the config's own, then those of vendors. */
export const toPricing = ({ config }: Pick<Project, 'config'>): Pricing =>
  createPricing(config.prices, { providers: config.providers })

/** Variables that expressions may read: those that the config lists with trust and the environment has. */
export const readVariables = ({ trust }: Project, environment: EnvironmentVariables): Record<string, string> =>
  Object.fromEntries(
    trust.config.env.flatMap((name) => {
      const value = ownValue(environment, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )

export interface SecretReading {
  values: Record<string, string>
  problems: { name: string; message: string; hint: string }[]
}

/** Reads the values of these secrets, if they are trusted. A secret that the config does not mention is read from the environment. */
export const readSecrets = (
  names: Iterable<string>,
  { project, environment }: { project: Project; environment: EnvironmentVariables },
): SecretReading => {
  const reading: SecretReading = { values: {}, problems: [] }
  for (const name of names) {
    const source = project.config.secrets.get(name) ?? { kind: 'env' }
    const found = project.trust.mayRead(name)
      ? readSecret(name, source, { folder: project.folder, environment })
      : notTrusted(name)
    if ('value' in found) reading.values[name] = found.value
    else reading.problems.push({ name, ...found })
  }
  return reading
}

/** Expected of servers alone: other commands ask for trust first. */
const notTrusted = (name: string): FoundSecret => ({
  message: `secret '${name}' is not trusted here, so it is not read`,
  hint: 'to trust it: troupe trust WORKFLOW.yaml in the folder of the workflow; for one command: --trust, or TROUPE_TRUST=1',
})

/** Says if the source of a secret is there, without reading a file. Undefined: it is. */
export const findMissingSecret = (
  name: string,
  { project, environment }: { project: Project; environment: EnvironmentVariables },
): { message: string; hint: string } | undefined => {
  const source = project.config.secrets.get(name) ?? { kind: 'env' }
  const found =
    source.kind === 'env' ? fromVariable(name, environment) : findFile(name, resolve(project.folder, source.file))
  return 'value' in found ? undefined : found
}

/** Finds the file; its value is left unread. */
const findFile = (name: string, file: string): FoundSecret => {
  try {
    accessSync(file, constants.R_OK)
    return { value: '' }
  } catch (cause) {
    return toUnreadable(name, { file, cause })
  }
}

type FoundSecret = { value: string } | { message: string; hint: string }

const readSecret = (
  name: string,
  source: SecretSource,
  { folder, environment }: { folder: string; environment: EnvironmentVariables },
): FoundSecret => {
  const found = source.kind === 'env' ? fromVariable(name, environment) : fromFile(name, resolve(folder, source.file))
  if (!('value' in found) || found.value.length >= SHORTEST_SECRET) return found
  return {
    message: `secret '${name}' is too short: expected at least ${SHORTEST_SECRET} characters, got ${found.value.length}`,
    hint: 'a short value would be found by chance in ordinary text; use a longer one',
  }
}

const fromVariable = (name: string, environment: EnvironmentVariables): FoundSecret => {
  const value = ownValue(environment, name)
  if (value !== undefined && value !== '') return { value }
  return {
    message: `secret '${name}' has no value: the environment variable is not set`,
    hint: `set it: export ${name}=…, or in troupe.config.yaml: secrets: { ${name}: { file: PATH } }`,
  }
}

const fromFile = (name: string, file: string): FoundSecret => {
  try {
    return { value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') }
  } catch (cause) {
    return toUnreadable(name, { file, cause })
  }
}

const toUnreadable = (name: string, { file, cause }: { file: string; cause: unknown }): FoundSecret => {
  const { message } = cause as Error
  return {
    message: `secret '${name}' can't be read from '${file}': ${message}`,
    hint: 'check the path and its permissions; it is relative to troupe.config.yaml',
  }
}

/** All that workflows of a project may name: the built-in tools and providers, and the providers of its config. */
export const createProjectCatalogue = ({ config }: Pick<Project, 'config'>): Catalogue =>
  createCatalogue([], { pricing: toPricing({ config }), providers: config.providers })
