/**
 * The contract of a provider's definition: all that the project knows of a provider before it loads the provider's code. Each folder
 * beside this file exports one definition, and providers.ts lists them.
 *
 * 1. A definition is data and small functions. Its module imports no SDK and no code that speaks to a server; `create` loads both.
 * 2. No code outside the folder compares the name of the provider. It reads a field of the definition.
 */
import type { Clock } from '../../core/clock.ts'
import type { LlmActor } from '../../core/llm.ts'
import type { ParameterRule, ParameterRules } from '../../core/model-parameters.ts'
import type { ParameterConflict } from '../../core/parameter-conflicts.ts'
import type { EmbeddingProvider, EmbeddingWire } from '../embedding/embedding-provider.ts'
import type { OutputLimits } from './output-limit.ts'
import type { LlmProvider, ProviderSettings, ProviderVariables } from './provider.ts'
import type { ToolIdForm } from './tool-ids.ts'

export type ReasoningLevel = string | boolean

/** Levels that most vendors have words for. */
export const REASONING_LEVELS: readonly ReasoningLevel[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh']

/** A `tool_choice` that asks for no call, which models that think take. */
export const FREE_CHOICE: ParameterRule = {
  expected: "'auto' or 'none'",
  fits: (choice) => choice === 'auto' || choice === 'none',
}

interface Described {
  /** The part of a model name before the slash, and `kind` in the config. */
  kind: string
  /** All models of the provider. Default: any name may exist. */
  models?: readonly string[]
  /** The parameters that it takes, each with its limits. Default: all; the provider ignores those that it does not know. */
  parameters?: ParameterRules
  /** The values that `reasoning` takes. Default: any. */
  reasoning?: readonly ReasoningLevel[]
  /** Parameters that the vendor refuses beside others, or for some models. Default: none. */
  conflicts?: readonly ParameterConflict[]
  /** False: the provider takes images as bytes alone. Default: true. */
  imageUrls?: boolean
  /** The id of the vendor in the price list. */
  priceVendor?: string
  /** True: models run on machines of the project's own, and calls are free. */
  isLocal: boolean
  /** Names models of a local provider that a vendor bills all the same. Default: none. */
  isBilled?(model: string): boolean
}

/** A provider that answers within this process, without settings. */
export interface OfflineProvider extends Described {
  createActor(options: { clock: Clock }): Promise<LlmActor>
  /** Default: it has no models that turn texts into vectors. */
  createEmbedder?(): Promise<EmbeddingProvider>
}

/** A provider that asks a server. */
export interface ModelServer extends Described {
  variables: ProviderVariables
  /** The base URL where no address is given. */
  url: string
  /** Endings of the vendor's hosts, where each customer has a host of their own. Default: the host of `url` alone. */
  hostEndings?: readonly string[]
  /** Reads an address that may be less than a URL. Default: only a URL is taken. @throws Fault `invalid_input` */
  readAddress?(address: string | undefined): string
  /** True: the vendor's own structured output can't be used, so `returns` is asked for in words. Default: false. */
  asksInWords?(asked: { model: string; hasTools: boolean }): boolean
  /** The most characters of a tool's name. Default: 64. */
  longestToolName?: number
  /** The ids of tool calls that the vendor takes. Default: up to 40 letters, digits, `_` and `-`. */
  toolIds?: ToolIdForm
  /** The most tokens that its models write. Default: unknown. */
  outputLimits?: OutputLimits
  /** Settings in the config that not every kind has, by their words there. Default: none. */
  settings?: readonly string[]
  /** The interface that turns texts into vectors. Default: the vendor has none. */
  embeddings?: EmbeddingWire
  probe: ModelProbe
  /** The program that serves such models on a machine of one's own, for advice. */
  program?: ServerProgram
  /** The command that gets a missing model. Undefined: no command does. */
  pull?(missing: MissingModel): string | undefined
  /** True: a server that `pull` gets models for takes both names for one model. Default: only equal names. */
  isSameModel?(one: string, other: string): boolean
  /** Loads the provider's code and SDK. @throws Fault `invalid_input` for a wrong address */
  create(settings: ProviderSettings): Promise<LlmProvider>
}

export type ProviderDefinition = OfflineProvider | ModelServer

export const isModelServer = (one: ProviderDefinition): one is ModelServer => 'create' in one

/** How a server lists its models. */
export interface ModelProbe {
  /** Behind the base URL. */
  path: string
  /** Headers that carry the key, as the SDK sends it. */
  headers(apiKey: string): Record<string, string>
  /** True: every server of this kind lists its models, so a 404 comes from another program. Default: false. */
  isRequired?: boolean
  /** The path that most base URLs of this kind end in. */
  usualPath?: string
}

export interface ServerProgram {
  name: string
  start: string
  /** Starts the program so that other machines reach it. */
  listen: string
}

export interface MissingModel {
  /** Name of the provider. */
  name: string
  /** Without the provider. */
  model: string
  /** The base URL. */
  url: string
}
