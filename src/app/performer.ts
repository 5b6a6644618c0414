/** The one place where actors, secrets, prices and the catalogue are put together. Local runs, servers, the library and commands use it. */
import type { AnswerCache } from '../actors/llm/answer-cache.ts'
import { createPricing } from '../actors/llm/prices.ts'
import { openProviderQueues, type ProviderQueues } from '../actors/llm/provider-queues.ts'
import { loadProvider, type ProviderOptions } from '../actors/llm/providers.ts'
import { loadItemActor, loadTool } from '../actors/tools/tool-catalogue.ts'
import type { ToolOptions } from '../actors/tools/tool-options.ts'
import type { Actor } from '../core/actor.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { Fault } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import { type LlmActor, toProviderName } from '../core/llm.ts'
import type { Pricing } from '../core/pricing.ts'
import { type ActorLoader, createLocalPlacement } from '../runtime/effects/local-placement.ts'
import { type Redactor, SecretVault } from '../secrets/secret-vault.ts'
import type { OwnActor } from '../service/own-actor.ts'
import type { Performer } from '../service/performer.ts'
import type { Store } from '../store/store.ts'
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
  /** The queues in front of providers, shared with other performers. Default: those of the database, if its processes share limits, else its own. */
  queues?: ProviderQueues
  /** Keeps blobs, answers of models, and limits of providers over all its processes. Default: no blob can be read, and no answer is kept. */
  store?: Pick<Store, 'getBlob' | 'readAnswer' | 'writeAnswer' | 'slots'>
}

export const createPerformer = ({
  tools,
  secrets = {},
  providers = {},
  pricing = createPricing(new Map(), { providers: toAddresses(providers) }),
  actors = [],
  clock = systemClock,
  store,
  queues = openProviderQueues(clock, store?.slots),
}: PerformerOptions): Performer => {
  const vault = new SecretVault({ ...keysOf(providers), ...secrets })
  const kept = store && { readBlob: (hash: string) => store.getBlob(hash), cache: keepAnswersIn(store, vault) }
  const loader = createLoader({
    tools: { ...tools, now: () => clock.now() },
    providers: { clock, providers, queues, price: pricing.cost, ...kept },
    actors,
  })
  return {
    placement: createLocalPlacement(loader, vault),
    vault,
    catalogue: createCatalogue(actors, { pricing, providers: Object.entries(providers) }),
    pricing,
  }
}

/**
 * Keeps answers of models in a store. An answer outlives its run, so it is redacted like a journal row (J9): a hit returns the same
 * redacted value that the asking run received.
 */
const keepAnswersIn = (
  store: Pick<Store, 'readAnswer' | 'writeAnswer'>,
  vault: Pick<Redactor, 'redact'>,
): AnswerCache => ({
  async read(key, at) {
    const text = await store.readAnswer(key, at)
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue)
  },
  write: ({ key, value, expiresAt }, at) =>
    store.writeAnswer({ key, text: JSON.stringify(vault.redact(value)), expiresAt }, at),
})

interface LoaderOptions {
  tools: ToolOptions
  providers: ProviderOptions & Required<Pick<ProviderOptions, 'clock'>>
  /** They replace built-in actors of the same name. */
  actors: readonly OwnActor[]
}

/** Loads the actors of this process when a step first needs them. */
const createLoader = ({ tools, providers, actors }: LoaderOptions): ActorLoader => ({
  async load({ kind, actor }) {
    const name = kind === 'llm' ? toProviderName(actor) : actor
    const own = actors.findLast((one) => one.kind === kind && one.name === name)
    const { cache, clock } = providers
    if (own !== undefined) return kind === 'llm' && cache !== undefined ? withCache(own, { cache, clock }) : own
    if (kind === 'tool') return loadTool(name, tools)
    if (kind === 'foreach') return loadItemActor(name, tools)
    if (kind === 'llm') return (await loadProvider(name, providers)) as Actor
    throw new Fault('unavailable', `steps of kind '${kind}' come in a later release`)
  },
})

const withCache = async (own: OwnActor, { cache, clock }: { cache: AnswerCache; clock: Clock }): Promise<Actor> => {
  const { withAnswerCache } = await import('../actors/llm/cached-actor.ts')
  return withAnswerCache(own as LlmActor, { cache, now: () => clock.now() }) as Actor
}
