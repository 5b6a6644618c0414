import type { AnyStateMachine } from 'xstate'
import type { Diagnostic } from '../compiler/diagnostic.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import type { OwnActor } from '../service/own-actor.ts'
import type { ModelAccess } from './surroundings.ts'

/** A workflow without errors, made by `compile`. */
export interface Workflow {
  readonly name: string
  /** SHA-256 of the definition and everything that it links: equal hashes mean equal behaviour. */
  readonly hash: string
  /** Absolute; undefined when it was compiled from a text. */
  readonly file: string | undefined
  /** JSON Schema of its input; undefined: it takes no input. */
  readonly input: JsonSchema | undefined
  /** Names of the secrets that it may use. */
  readonly secrets: readonly string[]
  /** An inert XState machine: `run` drives it, or XState does with `provideActors`. */
  readonly machine: AnyStateMachine
}

export interface CompileOptions {
  /** Tools and models of your own that the workflow may name. Its runs use them. */
  actors?: readonly OwnActor[]
  /** Providers of models under names of your own, as for `run`. Runs of the workflow use them. */
  providers?: Readonly<Record<string, ModelAccess>>
  /** Names of the environment variables that expressions may read as `env.NAME`. */
  env?: readonly string[]
}

/** `text` is the source, for `formatDiagnostic`. */
export type CompileResult =
  | { ok: true; workflow: Workflow; diagnostics: Diagnostic[]; text: string }
  | { ok: false; workflow?: undefined; diagnostics: Diagnostic[]; text: string }
