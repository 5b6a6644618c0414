/** The table of model providers, known without their code. `loadProvider` loads that when a step first needs it. */

import type { ProviderEntry } from '../../core/catalogue-entry.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { Fault } from '../../core/fault.ts'
import type { LlmActor } from '../../core/llm.ts'
import { findNearest } from '../../core/nearest.ts'
import type { TokenCounts } from '../../core/pricing.ts'
import type { AnswerCache } from './answer-cache.ts'
import { anthropic } from './anthropic/index.ts'
import { azure } from './azure/index.ts'
import { deepseek } from './deepseek/index.ts'
import { gemini } from './gemini/index.ts'
import { groq } from './groq/index.ts'
import type { ReadBlob } from './message-images.ts'
import { mistral } from './mistral/index.ts'
import { mock } from './mock/index.ts'
import { ollama } from './ollama/index.ts'
import { openai } from './openai/index.ts'
import { openrouter } from './openrouter/index.ts'
import type { ProviderSettings } from './provider.ts'
import { isModelServer, type ModelServer, type ProviderDefinition } from './provider-definition.ts'
import type { ProviderQueues } from './provider-queues.ts'
import { expectUrl, isVendorOf } from './provider-settings.ts'
import { xai } from './xai/index.ts'

/** One line a provider. */
const PROVIDERS: readonly ProviderDefinition[] = [
  mock,
  openai,
  anthropic,
  gemini,
  ollama,
  mistral,
  xai,
  deepseek,
  groq,
  openrouter,
  azure,
]

export const findProvider = (name: string): ProviderDefinition | undefined =>
  PROVIDERS.find(({ kind }) => kind === name)

const SERVERS = PROVIDERS.filter(isModelServer)

/** Kinds of providers with models that turn texts into vectors. */
export const EMBEDDING_KINDS: readonly string[] = PROVIDERS.filter((one) =>
  isModelServer(one) ? one.embeddings !== undefined : one.createEmbedder !== undefined,
).map(({ kind }) => kind)

/** Kinds of providers that ask a server, as `kind` in the config names them. */
export const PROVIDER_KINDS: readonly string[] = SERVERS.map(({ kind }) => kind)

/** The names that the config may use for kinds, and those that it can't give to a provider of its own. */
export const PROVIDER_NAMES = {
  kinds: PROVIDER_KINDS,
  offline: PROVIDERS.filter((one) => !isModelServer(one)).map(({ kind }) => kind),
  embedding: EMBEDDING_KINDS,
  settings: Object.fromEntries(
    ['max_tokens_field', 'stream_usage'].map((setting) => [
      setting,
      SERVERS.filter(({ settings = [] }) => settings.includes(setting)).map(({ kind }) => kind),
    ]),
  ),
}

/** Finds the definition of a kind, or of a provider under its vendor's name. Undefined for a name of the project's own. */
export const findServer = (kind: string): ModelServer | undefined => SERVERS.find((one) => one.kind === kind)

/** @throws Fault `invalid_input` for a kind that is not in the table */
export const expectServer = (kind: string): ModelServer => {
  const server = findServer(kind)
  if (server !== undefined) return server
  throw new Fault('invalid_input', `'${kind}' is not a kind of provider: expected one of ${PROVIDER_KINDS.join(', ')}`)
}

/** True for the address of a vendor. A machine of one's own belongs to no vendor. */
export const isVendorUrl = (url: string): boolean => SERVERS.some((server) => isVendorOf(server, url))

/** Describes a provider under a name of the project's own. */
export const describeNamed = (name: string, kind: string): ProviderEntry => describe(name, expectServer(kind))

const describe = (
  name: string,
  { models, parameters, reasoning, conflicts, imageUrls }: ProviderDefinition,
): ProviderEntry => ({
  name,
  available: true,
  ...(models && { models }),
  ...(parameters && { params: Object.keys(parameters), limits: parameters }),
  ...(reasoning && { reasoning }),
  ...(conflicts && { conflicts }),
  ...(imageUrls !== undefined && { imageUrls }),
})

export const PROVIDER_DESCRIPTIONS: readonly ProviderEntry[] = PROVIDERS.map((one) => describe(one.kind, one))

/** A provider that is set up: a built-in one, or one under a name of the project's own. */
export interface ProviderAccess {
  kind: string
  settings: ProviderSettings
}

export interface ProviderOptions {
  /** Default: the system's. */
  clock?: Clock
  /** By name. A built-in provider that is missing here has the vendor's address and no key. */
  providers?: Readonly<Record<string, ProviderAccess>>
  /** US dollars for one call; null: unknown. Default: all prices are unknown. */
  price?: (provider: string, model: string, usage: TokenCounts) => number | null
  /** Reads the bytes of blobs. */
  readBlob?: ReadBlob
  /** The queues in front of the providers, which several callers may share. Default: each call begins at once. */
  queues?: ProviderQueues
  /** Keeps the answers of steps with `cache`, except those of offline providers. Default: no answer is kept. */
  cache?: AnswerCache
}

/** @throws Fault `not_found` for an unknown provider, `invalid_input` for a wrong address */
export const loadProvider = async (name: string, options: ProviderOptions = {}): Promise<LlmActor> => {
  const { clock = systemClock, price, readBlob, cache, queues } = options
  const definition = findProvider(name)
  if (definition !== undefined && !isModelServer(definition)) return definition.createActor({ clock })
  const { server, settings } = findAccess(name, options)
  const [{ createLlmActor }, provider] = await Promise.all([import('./llm-actor.ts'), server.create(settings)])
  return createLlmActor(provider, {
    rules: server,
    ...(queues === undefined ? {} : { queue: queues.of(name, settings) }),
    ...(price === undefined ? {} : { price: (model, usage) => price(name, model, usage) }),
    ...(readBlob === undefined ? {} : { readBlob }),
    ...(cache === undefined ? {} : { cache: { cache, now: () => clock.now(), address: settings.baseUrl } }),
  })
}

/** @throws Fault `not_found` for an unknown provider, `invalid_input` for a wrong address */
export const findAccess = (
  name: string,
  { clock = systemClock, providers = {} }: ProviderOptions,
): { server: ModelServer; settings: ProviderSettings } => {
  const { kind, settings } = Object.hasOwn(providers, name)
    ? (providers[name] as ProviderAccess)
    : expectBuiltIn(name, providers)
  const server = expectServer(kind)
  if (server.readAddress === undefined) expectUrl(name, settings.baseUrl)
  return { server, settings: { ...withVariables(name, settings), clock } }
}

/** Adds the variables that messages name for a provider under its vendor's name. */
export const withVariables = (name: string, settings: ProviderSettings): ProviderSettings & { name: string } => {
  const variables = findServer(name)?.variables
  return { ...settings, name, ...(variables && { variables }) }
}

/** Without an entry of its own, a provider has its key in the variable that users of the vendor know. */
const expectBuiltIn = (name: string, providers: Readonly<Record<string, ProviderAccess>>): ProviderAccess => {
  const server = findServer(name)
  if (server === undefined) throw new Fault('not_found', describeUnknown(name, Object.keys(providers)))
  const [keyVariable] = server.variables.keys
  return { kind: server.kind, settings: keyVariable === undefined ? {} : { keyVariable } }
}

const describeUnknown = (name: string, own: readonly string[]): string => {
  const names = [...new Set([...PROVIDERS.map(({ kind }) => kind), ...own])]
  const nearest = findNearest(name, names)
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  return `provider '${name}' is not known: expected one of ${names.join(', ')}${hint}`
}
