/**
 * Finds and reads the project that a command works in: `troupe.config.yaml`, merged with flags and environment.
 *
 * It reads files alone: the environment is handed in. A flag wins over the environment, the environment over the config, the config
 * over the default. Grants of the config count once they are trusted (project-trust.ts).
 */
import { basename, dirname, join, relative } from 'node:path'
import { PROVIDER_NAMES } from '../../actors/llm/providers.ts'
import type { Grant, GrantPlace, ProjectConfig } from '../../compiler/config.ts'
import type { Diagnostics } from '../../compiler/diagnostic.ts'
import { type DatabaseAddress, parseDatabaseAddress } from '../../store/database-address.ts'
import { expectConfig, findConfig, readConfigFile } from './find-config.ts'
import { createGrantPlace, resolveLinks } from './grant-place.ts'
import { ProjectTrust } from './project-trust.ts'
import { trustFolderOf } from './trust-records.ts'

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
  /** The flag `--trust`: all that the config grants is trusted. Default: TROUPE_TRUST of the environment. */
  trust?: boolean | undefined
}

export interface Project {
  /** Absolute; undefined when there is none. */
  configFile: string | undefined
  /** Absolute: base of the paths in the config. */
  folder: string
  /** As it is written. `trust.config` is what it allows. */
  config: ProjectConfig
  trust: ProjectTrust
  database: DatabaseAddress
  /** True if the project's database is outside it or on a server: it is opened only with trust. */
  isDatabaseGranted: boolean
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
  if (configFile === undefined) return { diagnostics: undefined, project: toProject(options) }
  const [{ decodeSource }, { listConfigGrants, readConfig, withholdConfigGrants }] = await Promise.all([
    import('../../compiler/read/decode-source.ts'),
    import('../../compiler/config.ts'),
  ])
  const shown = relative(options.workingFolder, configFile)
  const { source, diagnostics } = decodeSource(shown.startsWith('..') ? configFile : shown, readConfigFile(configFile))
  const config = diagnostics.hasErrors ? undefined : readConfig(source, diagnostics, PROVIDER_NAMES)
  if (config === undefined || diagnostics.hasErrors) return { diagnostics, project: undefined }
  const place = createGrantPlace(dirname(configFile))
  const grants = [
    ...listConfigGrants(config, PROVIDER_NAMES, place),
    ...(config.db === undefined ? listDefaultDatabase(place) : []),
  ]
  const withhold = (): ProjectConfig => withholdConfigGrants(config, PROVIDER_NAMES, place)
  return { diagnostics, project: toProject(options, { configFile, config, grants, withhold }) }
}

/** Links of a repository may lead the default database out of it. */
const listDefaultDatabase = (place: GrantPlace): Grant[] => {
  const value = place.locateDatabaseOutside(DEFAULT_DATABASE)
  return value === undefined ? [] : [{ path: ['db'], value }]
}

interface ReadConfig {
  configFile: string
  config: ProjectConfig
  grants: readonly Grant[]
  withhold(): ProjectConfig
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

const toProject = (options: ProjectOptions, read?: ReadConfig): Project => {
  const { workingFolder, environment } = options
  const { configFile, config = EMPTY_CONFIG, withhold = () => config } = read ?? {}
  const folder = configFile === undefined ? workingFolder : dirname(configFile)
  const grants = read?.grants ?? listDefaultDatabase(createGrantPlace(folder))
  const named = options.db ?? (environment.TROUPE_DB || undefined)
  return {
    configFile,
    folder,
    config,
    trust: new ProjectTrust({
      config,
      // A link to the trusted config of another project is no trust in the project that holds the link.
      place:
        configFile === undefined
          ? resolveLinks(options.folder)
          : join(resolveLinks(dirname(configFile)), basename(configFile)),
      grants,
      withhold,
      folder: trustFolderOf(environment),
      isGiven: options.trust ?? isYes(environment.TROUPE_TRUST),
    }),
    database:
      named === undefined
        ? parseDatabaseAddress(config.db ?? DEFAULT_DATABASE, folder)
        : parseDatabaseAddress(named, workingFolder),
    isDatabaseGranted: named === undefined && grants.some(({ path }) => path[0] === 'db'),
    durability: config.durability ?? 'process',
  }
}

/** False: the project's database is outside it or on a server, and trust is missing. */
export const isDatabaseTrusted = ({ isDatabaseGranted, trust }: Project): boolean =>
  !isDatabaseGranted || trust.isTrusted

const isYes = (text: string | undefined): boolean => text === '1' || text === 'true'

const DEFAULT_DATABASE = '.troupe/troupe.db'
