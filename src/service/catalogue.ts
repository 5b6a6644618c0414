import { createPricing } from '../actors/llm/prices.ts'
import type { ProviderKind } from '../actors/llm/provider-kind.ts'
import { describeNamed, PROVIDER_DESCRIPTIONS } from '../actors/llm/providers.ts'
import { TOOL_DESCRIPTIONS } from '../actors/tools/tool-catalogue.ts'
import type { Catalogue, ProviderEntry, ToolEntry } from '../compiler/catalogue.ts'
import type { Pricing } from '../core/pricing.ts'
import type { OwnActor } from './own-actor.ts'

export interface CatalogueOptions {
  /** Default: the prices of vendors. */
  pricing?: Pricing
  /** Providers under names of the project's own. */
  providers?: Iterable<readonly [name: string, { kind: string }]>
}

/** All that a workflow may name in this release. Loads no actor. */
export const createCatalogue = (
  actors: readonly OwnActor[] = [],
  { pricing = createPricing(), providers = [] }: CatalogueOptions = {},
): Catalogue => ({
  tools: listTools(actors),
  providers: new Map<string, ProviderEntry>(
    [...listProviders(actors), ...toNamed(providers)].map((provider) => [
      provider.name,
      { ...provider, price: (model) => pricing.kind(provider.name, model) },
    ]),
  ),
})

/**
 * What a workflow may name that was checked when its run began: prices, parameters and providers of the project that have changed
 * since then are no reason to refuse to go on with it, or to show it.
 */
export const createPinnedCatalogue = (actors: readonly OwnActor[] = []): Catalogue => ({
  tools: listTools(actors),
  providers: new OpenProviders(
    listProviders(actors).map(({ name, available }): [string, ProviderEntry] => [name, { name, available }]),
  ),
})

class OpenProviders extends Map<string, ProviderEntry> {
  override get(name: string): ProviderEntry {
    return super.get(name) ?? { name, available: true }
  }
}

const listTools = (actors: readonly OwnActor[]): Catalogue['tools'] =>
  new Map<string, ToolEntry>(
    [...TOOL_DESCRIPTIONS, ...actors.filter(({ kind }) => kind === 'tool').map(toToolEntry)].map((tool) => [
      tool.name,
      tool,
    ]),
  )

const listProviders = (actors: readonly OwnActor[]): ProviderEntry[] => [
  ...PROVIDER_DESCRIPTIONS,
  ...actors.filter(({ kind }) => kind === 'llm').map(toProviderEntry),
]

/** The config knows its kinds. */
const toNamed = (providers: Iterable<readonly [string, { kind: string }]>): ProviderEntry[] =>
  [...providers].map(([name, { kind }]) => describeNamed(name, kind as ProviderKind))

const toToolEntry = ({ name, description, writes, input, output }: OwnActor): ToolEntry => ({
  name,
  description,
  writes,
  input,
  output,
  available: true,
})

const toProviderEntry = ({ name, models }: OwnActor): ProviderEntry => ({
  name,
  available: true,
  ...(models === undefined ? {} : { models }),
})
