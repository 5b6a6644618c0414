/** The catalogue of this release: built-in tools and providers, named providers, and a program's own actors. */
import { createPricing } from '../actors/llm/prices.ts'
import { describeNamed, PROVIDER_DESCRIPTIONS } from '../actors/llm/providers.ts'
import { TOOL_DESCRIPTIONS } from '../actors/tools/tool-catalogue.ts'
import type { Catalogue } from '../compiler/catalogue.ts'
import type { Pricing } from '../core/pricing.ts'
import { composeCatalogue } from '../service/catalogue.ts'
import type { OwnActor } from '../service/own-actor.ts'

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
): Catalogue =>
  composeCatalogue(
    { tools: TOOL_DESCRIPTIONS, providers: PROVIDER_DESCRIPTIONS },
    { actors, named: [...providers].map(([name, { kind }]) => describeNamed(name, kind)), pricing },
  )
