/** The one place where actors, secrets, prices and the catalogue are put together. Local runs, servers, the library and commands use it. */
import { createPricing } from '../actors/llm/prices.ts'
import type { ToolOptions } from '../actors/tools/tool-options.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Pricing } from '../core/pricing.ts'
import { createLocalPlacement } from '../runtime/effects/local-placement.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import type { OwnActor } from '../service/own-actor.ts'
import type { Performer } from '../service/performer.ts'
import type { Store } from '../store/store.ts'
import { createLoader } from './actor-loader.ts'
import { keepAnswersIn } from './answer-cache.ts'
import { createCatalogue } from './catalogue.ts'
import { keysOf, type Providers, toAddresses } from './project/provider-access.ts'

export interface PerformerOptions {
  /** Folders and addresses that tools may touch. */
  tools: Omit<ToolOptions, 'now'>
  /** By name; values of at least 8 characters. */
  secrets?: Readonly<Record<string, string>>
  /** Addresses and keys of models by provider; the keys are secrets. Default: the vendors' addresses, without keys. */
  providers?: Providers
  /** Default: the prices of vendors. */
  pricing?: Pricing
  /** They replace built-in actors of the same name. */
  actors?: readonly OwnActor[]
  clock?: Clock
  /** Keeps blobs and answers of models. Default: no blob can be read, and no answer is kept. */
  store?: Pick<Store, 'getBlob' | 'readAnswer' | 'writeAnswer'>
}

export const createPerformer = ({
  tools,
  secrets = {},
  providers = {},
  pricing = createPricing(new Map(), { providers: toAddresses(providers) }),
  actors = [],
  clock = systemClock,
  store,
}: PerformerOptions): Performer => {
  const vault = new SecretVault({ ...keysOf(providers), ...secrets })
  const kept = store && {
    readBlob: (hash: string) => store.getBlob(hash),
    cache: keepAnswersIn(store, vault),
  }
  const loader = createLoader({
    tools: { ...tools, now: () => clock.now() },
    providers: { clock, providers, price: pricing.cost, ...kept },
    actors,
  })
  return {
    placement: createLocalPlacement(loader, vault),
    vault,
    catalogue: createCatalogue(actors, { pricing, providers: Object.entries(providers) }),
    pricing,
  }
}
