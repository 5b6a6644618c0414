import { createPricing, type Pricing } from '../actors/llm/prices.ts'
import { PROVIDER_DESCRIPTIONS } from '../actors/llm/providers.ts'
import { TOOL_DESCRIPTIONS } from '../actors/tools/tool-catalogue.ts'
import type { Catalogue, ProviderEntry, ToolEntry } from '../compiler/catalogue.ts'
import type { OwnActor } from './own-actor.ts'

/**
 * All that a workflow may name in this release. Loads no actor.
 * @param pricing Default: the prices of vendors. Null for a workflow that was checked when its run began: prices that have
 * changed since then are no reason to refuse to go on with it.
 */
export const createCatalogue = (
  actors: readonly OwnActor[] = [],
  pricing: Pricing | null = createPricing(),
): Catalogue => ({
  tools: new Map<string, ToolEntry>(
    [...TOOL_DESCRIPTIONS, ...actors.filter(({ kind }) => kind === 'tool').map(toToolEntry)].map((tool) => [
      tool.name,
      tool,
    ]),
  ),
  providers: new Map<string, ProviderEntry>(
    [...PROVIDER_DESCRIPTIONS, ...actors.filter(({ kind }) => kind === 'llm').map(toProviderEntry)].map((provider) => [
      provider.name,
      pricing === null ? provider : { ...provider, price: (model) => pricing.kind(provider.name, model) },
    ]),
  ),
})

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
