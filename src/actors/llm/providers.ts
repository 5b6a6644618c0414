/** The model providers: known by name without their code, which is loaded when a step first needs it. */
import { type Clock, systemClock } from '../../core/clock.ts'
import { Fault } from '../../core/fault.ts'
import { findNearest } from '../../core/nearest.ts'
import type { LlmActor } from './llm.ts'

export interface ProviderDescription {
  /** The part of a model name before the slash. */
  name: string
  /** False: known by name, but calling it comes in a later release. */
  available: boolean
  /** All its models; undefined when any name may exist. */
  models?: readonly string[]
}

export interface ProviderOptions {
  /** Default: the system's. */
  clock?: Clock
}

export const PROVIDER_DESCRIPTIONS: readonly ProviderDescription[] = [
  { name: 'mock', available: true, models: ['echo', 'script'] },
  { name: 'openai', available: false },
  { name: 'anthropic', available: false },
  { name: 'gemini', available: false },
  { name: 'ollama', available: false },
]

/** @throws Fault `not_found` for an unknown provider, `unavailable` for one that this release does not have. */
export const loadProvider = async (name: string, options: ProviderOptions = {}): Promise<LlmActor> => {
  const provider = PROVIDER_DESCRIPTIONS.find((description) => description.name === name)
  if (provider === undefined) throw new Fault('not_found', describeUnknown(name))
  if (!provider.available) throw new Fault('unavailable', `provider '${name}' is not there yet: expected mock`)
  const { createMockProvider } = await import('./mock/mock-provider.ts')
  return createMockProvider({ clock: options.clock ?? systemClock })
}

const describeUnknown = (name: string): string => {
  const names = PROVIDER_DESCRIPTIONS.map((description) => description.name)
  const nearest = findNearest(name, names)
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  return `provider '${name}' is not known: expected one of ${names.join(', ')}${hint}`
}
