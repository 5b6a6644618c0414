/** Entries of the catalogue: tools and providers as the compiler sees them, without their code. */
import type { ActorDescription } from './actor.ts'
import type { ParameterRules } from './model-parameters.ts'
import type { ParameterConflict } from './parameter-conflicts.ts'
import type { PriceKind } from './pricing.ts'

export interface ToolEntry extends ActorDescription {
  /** False: known by name and schema, but not executable in this release. */
  available: boolean
}

export interface ProviderEntry {
  /** The part of a model name before the slash. */
  name: string
  available: boolean
  /** Known model names, for "did you mean"; undefined when any name may exist. */
  models?: readonly string[]
  /** The parameters that the provider takes; undefined: all. */
  params?: readonly string[]
  /** The limits of its parameters; undefined: those of all providers. */
  limits?: ParameterRules
  /** Values of the parameter `reasoning`; undefined: anything. */
  reasoning?: readonly (string | boolean)[]
  /** Parameters that the provider refuses beside others, or for some models; undefined: none. */
  conflicts?: readonly ParameterConflict[]
  /** False: the provider takes images as bytes only. Undefined: by URL too. */
  imageUrls?: boolean
  /** Says if the price of a model is known. Undefined: prices are not checked. */
  price?(model: string): PriceKind
}
