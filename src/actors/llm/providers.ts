/** The model providers: known by name without their code, which is loaded when a step first needs it. */

import { type Clock, systemClock } from '../../core/clock.ts'
import { Fault } from '../../core/fault.ts'
import type { LlmActor } from '../../core/llm.ts'
import { findNearest } from '../../core/nearest.ts'
import type { TokenCounts } from '../../core/pricing.ts'
import type { AnswerCache } from './answer-cache.ts'
import type { ReadBlob } from './message-images.ts'
import type { LlmProvider, ProviderSettings } from './provider.ts'
import { findBuiltInKind, KIND_FACTS, PROVIDER_KINDS, type ProviderKind } from './provider-kind.ts'
import { REASONING_LEVELS, type ReasoningLevel } from './reasoning-levels.ts'

export interface ProviderDescription {
  /** The part of a model name before the slash. */
  name: string
  /** False: known by name, but calling it comes in a later release. */
  available: boolean
  /** All its models; undefined when any name may exist. */
  models?: readonly string[]
  /** The parameters that it takes; undefined: all, as those that it does not know it ignores. */
  params?: readonly string[]
  /** What `reasoning` may be; undefined: anything. */
  reasoning?: readonly ReasoningLevel[]
  /** False: it takes images as bytes alone. */
  imageUrls?: boolean
}

/** A provider that is set up: a built-in one, or one under a name of the project's own. */
export interface ProviderAccess {
  kind: ProviderKind
  settings: ProviderSettings
}

export interface ProviderOptions {
  /** Default: the system's. */
  clock?: Clock
  /** By name. A built-in one that is missing has the vendor's address and no key. */
  providers?: Readonly<Record<string, ProviderAccess>>
  /** US dollars for one call; null: unknown. Default: all are unknown. */
  price?: (provider: string, model: string, usage: TokenCounts) => number | null
  /** Where the bytes of blobs are. */
  readBlob?: ReadBlob
  /** Where steps with `cache` have their answers; those of the mock models are not kept. Default: nothing is. */
  cache?: AnswerCache
}

const COMMON = ['temperature', 'top_p', 'max_tokens', 'stop', 'reasoning']
const PENALTIES = ['frequency_penalty', 'presence_penalty']

const PARAMETERS: Readonly<Record<ProviderKind, readonly string[]>> = {
  openai: [...COMMON, 'seed', ...PENALTIES],
  anthropic: COMMON,
  gemini: [...COMMON, 'seed'],
  ollama: [...COMMON, 'seed', 'top_k', ...PENALTIES],
}

export const PROVIDER_DESCRIPTIONS: readonly ProviderDescription[] = [
  { name: 'mock', available: true, models: ['echo', 'script'] },
  ...PROVIDER_KINDS.map((name) => describeNamed(name, name)),
]

/** A provider under a name of the project's own. */
export function describeNamed(name: string, kind: ProviderKind): ProviderDescription {
  return {
    name,
    available: true,
    params: PARAMETERS[kind],
    reasoning: REASONING_LEVELS[kind],
    imageUrls: kind !== 'ollama',
  }
}

/** @throws Fault `not_found` for an unknown provider, `invalid_input` for an address that can't be meant */
export const loadProvider = async (name: string, options: ProviderOptions = {}): Promise<LlmActor> => {
  const { clock = systemClock, providers = {}, price, readBlob, cache } = options
  if (name === 'mock') return (await import('./mock/mock-provider.ts')).createMockProvider({ clock })
  const { kind, settings } = Object.hasOwn(providers, name)
    ? (providers[name] as ProviderAccess)
    : expectBuiltIn(name, providers)
  if (kind !== 'ollama') expectUrl(name, settings.baseUrl)
  const [{ createLlmActor }, provider] = await Promise.all([
    import('./llm-actor.ts'),
    createProvider(kind, { ...settings, name, clock }),
  ])
  return createLlmActor(provider, {
    ...(price === undefined ? {} : { price: (model, usage) => price(name, model, usage) }),
    ...(readBlob === undefined ? {} : { readBlob }),
    ...(cache === undefined ? {} : { cache: { cache, now: () => clock.now(), address: settings.baseUrl } }),
  })
}

/** Not repeated: it may hold a password. Ollama's may be less than a URL. */
export const expectUrl = (name: string, baseUrl: string | undefined): void => {
  const url = baseUrl === undefined || baseUrl === '' ? undefined : URL.parse(baseUrl)
  if (
    url === undefined ||
    (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
  )
    return
  const rule = 'expected a URL with http or https, without a user and a password'
  throw new Fault('invalid_input', `the address of provider '${name}' is wrong: ${rule}`)
}

/** Without an entry of its own: keys are asked for by the names that the vendors' users know. */
const expectBuiltIn = (name: string, providers: Readonly<Record<string, ProviderAccess>>): ProviderAccess => {
  const kind = findBuiltInKind(name)
  if (kind === undefined) throw new Fault('not_found', describeUnknown(name, Object.keys(providers)))
  const [keyVariable] = KIND_FACTS[kind].keys
  return { kind, settings: keyVariable === undefined ? {} : { keyVariable } }
}

const createProvider = async (kind: ProviderKind, settings: ProviderSettings): Promise<LlmProvider> => {
  switch (kind) {
    case 'openai':
      return (await import('./openai.ts')).createOpenAiProvider(settings)
    case 'anthropic':
      return (await import('./anthropic.ts')).createAnthropicProvider(settings)
    case 'gemini':
      return (await import('./gemini.ts')).createGeminiProvider(settings)
    case 'ollama':
      return (await import('./ollama.ts')).createOllamaProvider(settings)
  }
}

const describeUnknown = (name: string, own: readonly string[]): string => {
  const names = [...new Set([...PROVIDER_DESCRIPTIONS.map((description) => description.name), ...own])]
  const nearest = findNearest(name, names)
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  return `provider '${name}' is not known: expected one of ${names.join(', ')}${hint}`
}
