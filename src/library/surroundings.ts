/** What a run of the library may reach of the outside: nothing that is not named. */
import { isAbsolute, resolve } from 'node:path'
import { findBuiltInKind, PROVIDER_KINDS, type ProviderKind } from '../actors/llm/provider-kind.ts'
import type { ToolOptions } from '../actors/tools/tool-options.ts'
import type { Providers } from '../app/project/provider-access.ts'
import { Fault } from '../core/fault.ts'
import type { OwnActor } from '../service/own-actor.ts'
import { CHILD_PROVIDER } from '../store/usage-sums.ts'

/** Where a provider's models are, and what opens them. */
export interface ModelAccess {
  /** What it speaks. Default, of a built-in provider: its own. */
  kind?: ProviderKind
  /** Default: the vendor's; of `ollama` this machine. */
  baseUrl?: string
  /** At least 8 characters, so that it can be redacted; a shorter one is used and not looked for. */
  apiKey?: string
}

export interface Surroundings {
  /** Tools and models of your own (`defineTool`, `defineActor`); one with the name of a built-in takes its place. */
  actors?: readonly OwnActor[]
  /**
   * Folders that file tools may read and write, relative to the working directory; relative paths in tools are relative to
   * the first. Default: the folder of the workflow's file; of a workflow without a file none.
   */
  files?: { read?: readonly string[]; write?: readonly string[] }
  /** Private addresses and hosts that http tools may reach: `127.0.0.1:8080`, `intranet.example`. Default: none. */
  http?: { allow?: readonly string[] }
  /** Of `openai`, `anthropic`, `gemini`, `ollama`, and under names of your own. No environment variable is read for them. */
  providers?: Readonly<Record<string, ModelAccess>>
  /** Values of the secrets that the workflow declares, by name; at least 8 characters each. */
  secrets?: Readonly<Record<string, string>>
  /** The environment variables that expressions read as `env.NAME`. */
  env?: Readonly<Record<string, string>>
}

/** `database`, the location of the store, is never touched, though it may lie in one of the folders. */
export const toToolOptions = (
  { files, http }: Surroundings,
  { folder, database }: { folder: string | undefined; database?: string },
): Omit<ToolOptions, 'now'> => {
  const own = folder === undefined ? [] : [folder]
  const toFolders = (paths: readonly string[] | undefined): string[] => paths?.map((path) => resolve(path)) ?? own
  return {
    files: {
      read: toFolders(files?.read),
      write: toFolders(files?.write),
      protected: isDatabaseFile(database) ? ['', '-wal', '-shm'].map((end) => database + end) : [],
    },
    http: { allow: [...(http?.allow ?? [])] },
  }
}

/** The store in memory is nowhere. */
const isDatabaseFile = (location: string | undefined): location is string =>
  location !== undefined && isAbsolute(location)

/**
 * The built-in ones too, so that a message about a missing key says where it is to be given.
 * @throws Fault `invalid_input` for one that nobody knows the kind of
 */
export const toProviders = (given: Readonly<Record<string, ModelAccess>> = {}): Providers =>
  Object.fromEntries(
    Object.entries({ ...BUILT_IN, ...given }).map(([name, { kind = findBuiltInKind(name), ...settings }]) => {
      if (name === CHILD_PROVIDER)
        throw new Fault('invalid_input', `provider '${name}' has a name that is taken: expected another one`)
      if (kind === undefined || !PROVIDER_KINDS.includes(kind))
        throw new Fault('invalid_input', `provider '${name}' has no kind: expected one of ${PROVIDER_KINDS.join(', ')}`)
      // A server of one's own may need no key; the vendors' do.
      const needsKey = kind !== 'ollama' && settings.baseUrl === undefined
      const given = { ...settings, addressName: `providers.${name}.baseUrl` }
      return [name, { kind, settings: { ...given, ...(needsKey && { keyVariable: `providers.${name}.apiKey` }) } }]
    }),
  )

const BUILT_IN: Readonly<Record<string, ModelAccess>> = Object.fromEntries(
  PROVIDER_KINDS.map((kind) => [kind, { kind }]),
)
