import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { JsonObject } from '../../core/json.ts'
import { compileStoredInTurns } from '../../service/workflows/compile-stored.ts'
import type { Definition } from '../../store/store.ts'
import { createCatalogue } from '../catalogue.ts'
import { DefinitionChecker } from './definition-checker.ts'

/** Compiles stored definitions for a server: in a thread of their own first, then in turns of the event loop. */
export class StoredDefinitions {
  readonly #checker = new DefinitionChecker()
  readonly #catalogue = createCatalogue()
  readonly #variables: readonly string[]

  /** @param variables Names of the environment variables that expressions may read. */
  constructor(variables: readonly string[]) {
    this.#variables = variables
  }

  /** @throws Fault `invalid_input` when the definition does not compile, or takes too long */
  async compile(
    definition: Definition,
    { models, env }: { models: Record<string, string>; env: JsonObject },
  ): Promise<CompiledWorkflow> {
    const options = { models, environment: [...new Set([...this.#variables, ...Object.keys(env)])] }
    await this.#checker.check(definition, options)
    return compileStoredInTurns(definition, { ...options, catalogue: this.#catalogue, isHashChecked: true })
  }

  close(): Promise<void> {
    return this.#checker.close()
  }
}
