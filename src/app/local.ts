/** Composition root of one process that does everything itself: store, actors and host, wired. */
import type { AnswerCache } from '../actors/llm/answer-cache.ts'
import { createPricing } from '../actors/llm/prices.ts'
import { loadProvider, type ProviderOptions } from '../actors/llm/providers.ts'
import { loadTool } from '../actors/tools/tool-catalogue.ts'
import type { ToolOptions } from '../actors/tools/tool-options.ts'
import { type Compilation, type CompiledWorkflow, compile } from '../compiler/compile.ts'
import type { LinkReader } from '../compiler/links.ts'
import type { Source } from '../compiler/source.ts'
import type { Actor } from '../core/actor.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { Fault } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import type { LlmActor } from '../core/llm.ts'
import type { Pricing } from '../core/pricing.ts'
import { checkInput } from '../runtime/check-input.ts'
import { type ActorLoader, createLocalPlacement } from '../runtime/effects/local-placement.ts'
import { type CopiedRun, Host, type ResumeResult } from '../runtime/host.ts'
import type { Run } from '../runtime/run.ts'
import type { RunWatcher } from '../runtime/run-notice.ts'
import type { Submitted } from '../runtime/submit-run.ts'
import { SecretVault } from '../secrets/secret-vault.ts'
import { createCatalogue } from '../service/catalogue.ts'
import type { OwnActor } from '../service/own-actor.ts'
import { compileStored } from '../service/workflows/compile-stored.ts'
import { createOwner } from '../store/process-identity.ts'
import type { QueuedRun, RunOrigin, Store } from '../store/store.ts'
import { keepAnswersIn } from './answer-cache.ts'
import { keysOf, type Providers, toAddresses } from './project/provider-access.ts'

export interface LocalOptions {
  store: Store
  /** What tools may touch. */
  tools: Omit<ToolOptions, 'now'>
  /** The environment variables that expressions may read. */
  environment?: Readonly<Record<string, string>>
  /** By name; values of at least 8 characters. */
  secrets?: Readonly<Record<string, string>>
  /** Where models are, and what opens them, by provider; the keys are secrets. Default: at their vendors, without keys. */
  providers?: Providers
  /** What models cost. Default: the prices of vendors. */
  pricing?: Pricing
  clock?: Clock
  /** Beside the built-in ones, or in place of one of the same name. */
  actors?: readonly OwnActor[]
}

export interface StartOptions {
  input?: JsonValue
  /** Alias to `provider/name`, in place of what the file says. */
  models?: Record<string, string>
  /** Absolute: what relative paths in the workflow are relative to; kept with the run. */
  folder?: string
  /** What it is made from. */
  origin?: RunOrigin
  /** Idempotency key: the same one is the same run of its workflow. */
  key?: string
  /** What it has from another run. */
  copied?: CopiedRun
  watch?: RunWatcher
  /** Told again and again while the workflow's `flow` makes the run wait. */
  onQueued?: (queued: QueuedRun) => void
}

export interface CompileSourceOptions {
  /** Alias to `provider/name`, in place of what the file says. */
  models?: Record<string, string>
  /** Gives the files and workflows that the workflow names. Default: there are none. */
  links?: LinkReader
}

export interface Local {
  store: Store
  compile(source: Source, options?: CompileSourceOptions): Compilation
  /** @throws Fault `invalid_input`, StoreError */
  start(workflow: CompiledWorkflow, options?: StartOptions): Promise<Run>
  /** Leaves a run to whoever takes up what is queued in the store. @throws as `start`; Fault `conflict` for its key, or its flow */
  submit(workflow: CompiledWorkflow, options?: Omit<StartOptions, 'watch' | 'onQueued'>): Promise<Submitted>
  /** @throws Fault `not_found`, `invalid_input`, StoreError */
  resume(id: string, options?: { watch?: RunWatcher }): Promise<ResumeResult>
  /** Lets go of every run, so that it can be resumed, and closes the store. */
  close(): Promise<void>
}

export const createLocal = ({
  store,
  tools,
  environment = {},
  secrets = {},
  providers = {},
  pricing = createPricing(new Map(), { providers: toAddresses(providers) }),
  clock = systemClock,
  actors = [],
}: LocalOptions): Local => {
  const catalogue = createCatalogue(actors, { pricing, providers: Object.entries(providers) })
  const vault = new SecretVault({ ...keysOf(providers), ...secrets })
  const cache = keepAnswersIn(store, { redact: (value) => vault.redact(value) })
  const compileSource = (source: Source, options: CompileSourceOptions = {}): Compilation =>
    compile(source, { catalogue, environment: Object.keys(environment), ...options })
  const loader = createLoader({ tools, clock, actors, providers, pricing, store, cache })
  const surroundings = { placement: createLocalPlacement(loader, vault), vault }
  const host = new Host({
    store,
    owner: createOwner(),
    clock,
    surround: () => surroundings,
    prices: pricing,
    pricing: pricing.version,
    recompile: (definition, { models }) =>
      compileStored(definition, { models, environment: Object.keys(environment), actors }),
  })
  return {
    store,
    compile: compileSource,
    async start(workflow, { input = {}, ...options } = {}) {
      return host.start(workflow, { ...options, input: await checkInput(workflow, input), env: environment })
    },
    async submit(workflow, { input = {}, ...options } = {}) {
      return host.submit(workflow, { ...options, input: await checkInput(workflow, input), env: environment })
    },
    resume: (id, options) => host.resume(id, options),
    async close() {
      await host.stop()
      await store.close()
    },
  }
}

export interface LoaderOptions extends Pick<LocalOptions, 'tools' | 'providers'> {
  clock: Clock
  actors: readonly OwnActor[]
  pricing?: Pricing
  /** Where the bytes of blobs are. */
  store?: Pick<Store, 'getBlob'>
  /** Where steps with `cache` have their answers. Default: nothing is kept. */
  cache?: AnswerCache
}

/** The actors of this process, loaded when they are first needed. */
export const createLoader = (options: LoaderOptions): ActorLoader => {
  const { tools, clock, actors, providers = {}, pricing, store, cache } = options
  const toolOptions: ToolOptions = { ...tools, now: () => clock.now() }
  const providerOptions: ProviderOptions = {
    clock,
    providers,
    ...(pricing === undefined ? {} : { price: pricing.cost }),
    ...(store === undefined ? {} : { readBlob: (hash) => store.getBlob(hash) }),
    ...(cache === undefined ? {} : { cache }),
  }
  return {
    async load({ kind, actor }) {
      const name = kind === 'llm' ? (actor.split('/')[0] ?? '') : actor
      const own = actors.findLast((one) => one.kind === kind && one.name === name)
      if (own !== undefined) return kind === 'llm' && cache !== undefined ? withCache(own, { cache, clock }) : own
      if (kind === 'tool') return loadTool(name, toolOptions)
      if (kind === 'llm') return (await loadProvider(name, providerOptions)) as unknown as Actor
      throw new Fault('unavailable', `steps of kind '${kind}' come in a later release`)
    },
  }
}

const withCache = async (own: OwnActor, { cache, clock }: { cache: AnswerCache; clock: Clock }): Promise<Actor> => {
  const { withAnswerCache } = await import('../actors/llm/cached-actor.ts')
  return withAnswerCache(own as unknown as LlmActor, { cache, now: () => clock.now() }) as unknown as Actor
}
