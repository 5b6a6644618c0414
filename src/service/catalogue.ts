/** Composes the catalogue of a workflow from descriptions alone: built-in actors, a program's own actors, named providers. */
import type { Catalogue, ProviderEntry, ToolEntry } from '../compiler/catalogue.ts'
import type { Pricing } from '../core/pricing.ts'
import type { OwnActor } from './own-actor.ts'

/** Tools and providers that a catalogue offers. An entry replaces an earlier one of the same name. */
export interface Offer {
  tools: readonly ToolEntry[]
  providers: readonly ProviderEntry[]
}

/** Composes the built-in offer with a program's own actors, and with providers under names of the project's own. Loads no actor. */
export const composeCatalogue = (
  builtIn: Offer,
  {
    actors,
    named,
    pricing,
  }: { actors: readonly OwnActor[]; named: readonly ProviderEntry[]; pricing: Pick<Pricing, 'kind'> },
): Catalogue => ({
  tools: byName([...builtIn.tools, ...actors.filter(({ kind }) => kind === 'tool').map(toToolEntry)]),
  providers: byName(
    [...builtIn.providers, ...actors.filter(({ kind }) => kind === 'llm').map(toProviderEntry), ...named].map(
      (provider) => ({ ...provider, price: (model: string) => pricing.kind(provider.name, model) }),
    ),
  ),
})

/**
 * Opens a catalogue for workflows that were checked when their run began. Prices, parameters and providers that have changed since
 * then are no reason to refuse the run: any provider exists, and takes any parameter.
 */
export const pinCatalogue = ({ tools, providers }: Catalogue): Catalogue => ({
  tools,
  providers: new OpenProviders([...providers].map(([name, { available }]) => [name, { name, available }])),
})

class OpenProviders extends Map<string, ProviderEntry> {
  override get(name: string): ProviderEntry {
    return super.get(name) ?? { name, available: true }
  }
}

const byName = <Entry extends { name: string }>(entries: readonly Entry[]): ReadonlyMap<string, Entry> =>
  new Map(entries.map((entry) => [entry.name, entry]))

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
