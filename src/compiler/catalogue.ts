/** What a workflow may name: handed to the compiler and the runtime, which know no actor by themselves. */
import type { ActorDescription } from '../core/actor.ts'
import type { ParameterRules } from '../core/model-parameters.ts'

export interface ToolEntry extends ActorDescription {
  /** False: known by name and schema, but running it comes in a later release. */
  available: boolean
}

export interface ProviderEntry {
  /** The part of a model name before the slash. */
  name: string
  available: boolean
  /** Known model names, for "did you mean"; undefined when any name may exist. */
  models?: readonly string[]
  /** The parameters that it takes; undefined: all. */
  params?: readonly string[]
  /** The limits of its parameters; undefined: those of all providers. */
  limits?: ParameterRules
  /** What the parameter `reasoning` may be; undefined: anything. */
  reasoning?: readonly (string | boolean)[]
  /** False: it takes images as bytes alone; left out: by URL too. */
  imageUrls?: boolean
  /** Whether it is known what a model costs; left out: nobody is to ask. */
  price?(model: string): 'free' | 'known' | 'unknown'
}

export interface Catalogue {
  tools: ReadonlyMap<string, ToolEntry>
  providers: ReadonlyMap<string, ProviderEntry>
}
