/** Reads what a project allows its workflows: folders, addresses, environment variables, secrets. */

import { accessSync, constants, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createPricing } from '../../actors/llm/prices.ts'
import type { ToolOptions } from '../../actors/tools/tool-options.ts'
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { SecretSource } from '../../compiler/config.ts'
import { ownValue } from '../../core/json.ts'
import type { Pricing } from '../../core/pricing.ts'
import { SHORTEST_SECRET } from '../../secrets/secret-vault.ts'
import { listDatabaseFiles } from '../../store/database-address.ts'
import { createCatalogue } from '../catalogue.ts'
import { CONFIG_NAME } from './find-config.ts'
import type { EnvironmentVariables, Project } from './project.ts'

/** Folders and addresses that tools may touch. Without `files` in the config: the workflow's own folder. */
export const toToolOptions = (project: Project, workflowFolder: string): Omit<ToolOptions, 'now'> => {
  const { folder, configFile, database, trust } = project
  const { roots, read, write } = trust.config.files
  const toFolders = (paths: string[] | undefined): string[] =>
    (paths ?? roots)?.map((path) => resolve(folder, path)) ?? [workflowFolder]
  const databaseFiles = database.kind === 'sqlite' ? listDatabaseFiles(database.path) : []
  const written = toFolders(write)
  return {
    files: {
      read: toFolders(read),
      write: written,
      protected: [
        ...databaseFiles,
        ...(configFile === undefined ? [] : [configFile]),
        // A config there would be that of the next command.
        ...written.map((path) => join(path, CONFIG_NAME)),
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

interface SecretOrigin {
  project: Project
  environment: EnvironmentVariables
}

/** Reads the values of these secrets, if they are trusted. A secret that the config does not mention is read from the environment. */
export const readSecrets = (names: Iterable<string>, from: SecretOrigin): SecretReading => {
  const reading: SecretReading = { values: {}, problems: [] }
  for (const name of names) {
    const found = from.project.trust.mayRead(name) ? readSecret(name, from) : notTrusted(name)
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
export const findMissingSecret = (name: string, from: SecretOrigin): { message: string; hint: string } | undefined => {
  const found = findSecret(name, from, probeFile)
  return 'value' in found ? undefined : found
}

/** Stands for the value, which is left unread. */
const probeFile = (file: string): string => {
  accessSync(file, constants.R_OK)
  return ''
}

type FoundSecret = { value: string } | { message: string; hint: string }

const readSecret = (name: string, from: SecretOrigin): FoundSecret => {
  const found = findSecret(name, from, (file) => readFileSync(file, 'utf8').replace(/\r?\n$/, ''))
  if (!('value' in found) || found.value.length >= SHORTEST_SECRET) return found
  return {
    message: `secret '${name}' is too short: expected at least ${SHORTEST_SECRET} characters, got ${found.value.length}`,
    hint: 'a short value would be found by chance in ordinary text; use a longer one',
  }
}

const findSecret = (
  name: string,
  { project, environment }: SecretOrigin,
  read: (file: string) => string,
): FoundSecret => {
  const source: SecretSource = project.config.secrets.get(name) ?? { kind: 'env' }
  if (source.kind === 'env') return fromVariable(name, environment)
  const file = resolve(project.folder, source.file)
  try {
    return { value: read(file) }
  } catch (cause) {
    const { message } = cause as Error
    return {
      message: `secret '${name}' can't be read from '${file}': ${message}`,
      hint: 'check the path and its permissions; it is relative to troupe.config.yaml',
    }
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

/** All that workflows of a project may name: the built-in tools and providers, and the providers of its config. */
export const createProjectCatalogue = ({ config }: Pick<Project, 'config'>): Catalogue =>
  createCatalogue([], { pricing: toPricing({ config }), providers: config.providers })
