/**
 * Finds and reads the project that a command works in: `troupe.config.yaml`, merged with flags and environment.
 *
 * It reads files alone: the environment is handed in. A flag wins over the environment, the environment over the config, the config
 * over the default.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { PROVIDER_NAMES } from '../../actors/llm/providers.ts'
import type { ProjectConfig } from '../../compiler/config.ts'
import type { Diagnostics } from '../../compiler/diagnostic.ts'
import { Fault } from '../../core/fault.ts'
import { type DatabaseAddress, parseDatabaseAddress } from '../../store/database-address.ts'

export const CONFIG_NAME = 'troupe.config.yaml'

/** Names and values of environment variables. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

export interface ProjectOptions {
  /** Absolute: the search starts in the workflow's folder or the working directory. */
  folder: string
  /** Absolute: base of paths that have no config file. */
  workingFolder: string
  environment: EnvironmentVariables
  /** Value of the flag `--config`. */
  configFile?: string | undefined
  /** Value of the flag `--db`. */
  db?: string | undefined
}

export interface Project {
  /** Absolute; undefined when there is none. */
  configFile: string | undefined
  /** Absolute: base of the paths in the config. */
  folder: string
  config: ProjectConfig
  database: DatabaseAddress
  durability: 'process' | 'power'
}

export interface ProjectReading {
  /** Findings about the config file; undefined when there is none. */
  diagnostics: Diagnostics | undefined
  /** Undefined when the config has errors. */
  project: Project | undefined
}

/** @throws Fault `invalid_input` for a wrong config file or database address, `unavailable` for a database of a later release */
export const readProject = async (options: ProjectOptions): Promise<ProjectReading> => {
  const configFile = options.configFile === undefined ? findConfig(options.folder) : expectConfig(options)
  if (configFile === undefined) return { diagnostics: undefined, project: toProject(undefined, EMPTY_CONFIG, options) }
  const [{ decodeSource }, { readConfig }] = await Promise.all([
    import('../../compiler/read/decode-source.ts'),
    import('../../compiler/config.ts'),
  ])
  const shown = relative(options.workingFolder, configFile)
  const { source, diagnostics } = decodeSource(shown.startsWith('..') ? configFile : shown, readConfigFile(configFile))
  const config = diagnostics.hasErrors ? undefined : readConfig(source, diagnostics, PROVIDER_NAMES)
  if (config === undefined || diagnostics.hasErrors) return { diagnostics, project: undefined }
  return { diagnostics, project: toProject(configFile, config, options) }
}

const EMPTY_CONFIG: ProjectConfig = {
  files: {},
  http: { allow: [] },
  env: [],
  secrets: new Map(),
  providers: new Map(),
  prices: new Map(),
  shell: { allow: [] },
  retention: {},
}

/** Looks in the folder itself, then in the folders above it. */
const findConfig = (folder: string): string | undefined => {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, CONFIG_NAME)
    if (existsSync(file)) return file
    if (dirname(at) === at) return undefined
  }
}

const expectConfig = ({ configFile = CONFIG_NAME, workingFolder }: ProjectOptions): string => {
  const file = resolve(workingFolder, configFile)
  if (existsSync(file)) return file
  throw new Fault(
    'invalid_input',
    `config '${configFile}' does not exist\nname another one with --config, or leave it out`,
  )
}

const readConfigFile = (file: string): Uint8Array => {
  try {
    return readFileSync(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = code === 'EISDIR' ? 'it is a folder: expected a file' : message
    throw new Fault('invalid_input', `config '${file}' can't be read: ${reason}`, { cause })
  }
}

const toProject = (configFile: string | undefined, config: ProjectConfig, options: ProjectOptions): Project => {
  const { workingFolder, environment } = options
  const folder = configFile === undefined ? workingFolder : dirname(configFile)
  const named = options.db ?? (environment.TROUPE_DB || undefined)
  const database =
    named === undefined
      ? parseDatabaseAddress(config.db ?? DEFAULT_DATABASE, folder)
      : parseDatabaseAddress(named, workingFolder)
  return { configFile, folder, config, database, durability: config.durability ?? 'process' }
}

const DEFAULT_DATABASE = '.troupe/troupe.db'
