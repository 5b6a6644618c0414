/** The catalogue of this release: built-in tools and providers, named providers, and a program's own actors. */
import { createPricing } from '../actors/llm/prices.ts'
import { describeNamed, PROVIDER_DESCRIPTIONS } from '../actors/llm/providers.ts'
import { TOOL_DESCRIPTIONS } from '../actors/tools/tool-catalogue.ts'
import type { Catalogue, ProviderEntry, ToolEntry } from '../compiler/catalogue.ts'
import type { Pricing } from '../core/pricing.ts'
import type { OwnActor } from '../service/own-actor.ts'

export interface CatalogueOptions {
  /** Default: the prices of vendors. */
  pricing?: Pricing
  /** Providers under names of the project's own. */
  providers?: Iterable<readonly [name: string, { kind: string }]>
}

/** All that a workflow may name in this release. A later entry replaces an earlier one of the same name. Loads no actor. */
export const createCatalogue = (
  actors: readonly OwnActor[] = [],
  { pricing = createPricing(), providers = [] }: CatalogueOptions = {},
): Catalogue => {
  const ownTools = actors.filter(({ kind }) => kind === 'tool').map(toToolEntry)
  const ownProviders = actors.filter(({ kind }) => kind === 'llm').map(toProviderEntry)
  const named = [...providers].map(([name, { kind }]) => describeNamed(name, kind))
  return {
    tools: byName([...TOOL_DESCRIPTIONS, ...ownTools]),
    providers: byName(
      [...PROVIDER_DESCRIPTIONS, ...ownProviders, ...named].map((provider) => ({
        ...provider,
        price: (model: string) => pricing.kind(provider.name, model),
      })),
    ),
  }
}

const byName = <Entry extends { name: string }>(entries: readonly Entry[]): ReadonlyMap<string, Entry> =>
  new Map(entries.map((entry) => [entry.name, entry]))

const toToolEntry = ({ name, description, writes, input, output, faults = [] }: OwnActor): ToolEntry => ({
  name,
  description,
  writes,
  input,
  output,
  faults,
  available: true,
})

const toProviderEntry = ({ name, models }: OwnActor): ProviderEntry => ({
  name,
  available: true,
  ...(models === undefined ? {} : { models }),
})
