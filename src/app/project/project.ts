/**
 * Finds and reads the project that a command works in: `troupe.config.yaml`, merged with flags and environment.
 *
 * It reads files alone: the environment is handed in. A flag wins over the environment, the environment over the config, the config
 * over the default.
 */
import { dirname, relative } from 'node:path'
import { PROVIDER_NAMES } from '../../actors/llm/providers.ts'
import type { ProjectConfig } from '../../compiler/config.ts'
import type { Diagnostics } from '../../compiler/diagnostic.ts'
import { type DatabaseAddress, parseDatabaseAddress } from '../../store/database-address.ts'
import { expectConfig, findConfig, readConfigFile } from './find-config.ts'

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

/** @throws Fault `invalid_input` for a wrong config file or database address */
export const readProject = async (options: ProjectOptions): Promise<ProjectReading> => {
  const configFile =
    options.configFile === undefined
      ? findConfig(options.folder)
      : expectConfig(options.configFile, options.workingFolder)
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
  json: { eval: false },
  env: [],
  secrets: new Map(),
  providers: new Map(),
  prices: new Map(),
  shell: { allow: [] },
  retention: {},
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
