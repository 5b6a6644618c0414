/** Composition root of the library. */
import { isAbsolute, resolve } from 'node:path'
import { findServer, PROVIDER_KINDS } from '../actors/llm/providers.ts'
import type { ToolOptions } from '../actors/tools/tool-options.ts'
import { Fault } from '../core/fault.ts'
import type { ModelAccess, Surroundings } from '../library/surroundings.ts'
import type { Wiring } from '../library/wiring.ts'
import { listDatabaseFiles } from '../store/database-address.ts'
import { CHILD_PROVIDER } from '../store/usage-sums.ts'
import { createPerformer } from './performer.ts'
import { createLinkReader } from './project/linked-files.ts'
import type { Providers } from './project/provider-access.ts'

export const LIBRARY_WIRING: Wiring = {
  createPerformer: ({ providers, secrets = {}, actors = [], ...surroundings }, { folder, store }) =>
    createPerformer({
      tools: toToolOptions(surroundings, { folder, database: store?.location }),
      providers: toProviders(providers),
      secrets,
      actors,
      ...(store === undefined ? {} : { store }),
    }),
  createLinkReader: () => createLinkReader(process.cwd()),
}

/** Protects the database, even where it lies in one of the folders. */
const toToolOptions = (
  { files, http, json }: Pick<Surroundings, 'files' | 'http' | 'json'>,
  { folder, database }: { folder: string | undefined; database: string | undefined },
): Omit<ToolOptions, 'now'> => {
  const own = folder === undefined ? [] : [folder]
  const toFolders = (paths: readonly string[] | undefined): string[] => paths?.map((path) => resolve(path)) ?? own
  return {
    files: {
      read: toFolders(files?.read),
      write: toFolders(files?.write),
      protected: isDatabaseFile(database) ? listDatabaseFiles(database) : [],
    },
    http: { allow: [...(http?.allow ?? [])] },
    json: { eval: json?.eval ?? false },
  }
}

/** The location of a store in memory is no path. */
const isDatabaseFile = (location: string | undefined): location is string =>
  location !== undefined && isAbsolute(location)

/**
 * Adds the built-in providers, so that a message about a missing key names the option that takes it.
 * @throws Fault `invalid_input` for a provider of unknown kind
 */
const toProviders = (given: Readonly<Record<string, ModelAccess>> = {}): Providers =>
  Object.fromEntries(
    Object.entries({ ...BUILT_IN, ...given }).map(([name, { kind = name, ...settings }]) => {
      if (name === CHILD_PROVIDER)
        throw new Fault('invalid_input', `provider '${name}' has a name that is taken: expected another one`)
      const server = findServer(kind)
      if (server === undefined)
        throw new Fault('invalid_input', `provider '${name}' has no kind: expected one of ${PROVIDER_KINDS.join(', ')}`)
      // A server of one's own may need no key; the vendors' do.
      const needsKey = server.variables.keys.length > 0 && settings.baseUrl === undefined
      const given = { ...settings, addressName: `providers.${name}.baseUrl` }
      return [name, { kind, settings: { ...given, ...(needsKey && { keyVariable: `providers.${name}.apiKey` }) } }]
    }),
  )

const BUILT_IN: Readonly<Record<string, ModelAccess>> = Object.fromEntries(
  PROVIDER_KINDS.map((kind) => [kind, { kind }]),
)
