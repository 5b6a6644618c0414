/** Compiles the definitions of resumed runs. Many runs have the same one: runs that are resumed together share one compilation. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { Fault } from '../core/fault.ts'
import type { Definition, RunRecord, Store } from '../store/store.ts'
import type { CreatedData } from './run-event.ts'

type CreatedWith = Pick<CreatedData, 'models' | 'env'>

export interface ResumedDefinitionsOptions {
  store: Pick<Store, 'loadDefinition' | 'location'>
  /** Compiles a stored definition again. @throws Fault `invalid_input` when it no longer compiles */
  recompile(definition: Definition, created: CreatedWith): CompiledWorkflow | Promise<CompiledWorkflow>
}

/** Number of compiled definitions that are kept. */
const MOST_COMPILED = 200

export class ResumedDefinitions {
  readonly #options: ResumedDefinitionsOptions
  /** By hash, models and names of variables. */
  readonly #compiled = new Map<string, Promise<CompiledWorkflow>>()

  constructor(options: ResumedDefinitionsOptions) {
    this.#options = options
  }

  /** @throws Fault `not_found` when the store no longer has it, `invalid_input` when it no longer compiles; the next call tries again */
  compile(run: RunRecord, { models = {}, env = {} }: Partial<CreatedWith>): Promise<CompiledWorkflow> {
    const key = JSON.stringify([run.definition, models, Object.keys(env)])
    const known = this.#compiled.get(key)
    if (known !== undefined) return known
    const compiled = this.#load(run, { models, env })
    if (this.#compiled.size >= MOST_COMPILED) this.#compiled.clear()
    this.#compiled.set(key, compiled)
    compiled.catch(() => this.#compiled.delete(key))
    return compiled
  }

  async #load({ id, definition: hash }: RunRecord, created: CreatedWith): Promise<CompiledWorkflow> {
    const { store, recompile } = this.#options
    const definition = await store.loadDefinition(hash)
    if (definition !== undefined) return recompile(definition, created)
    throw new Fault('not_found', `the definition of run '${id}' is not in ${store.location}`)
  }
}
