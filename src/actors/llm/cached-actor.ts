/**
 * Answers an equal request from the cache, for steps with `cache`. With tools, each turn is a request of its own.
 *
 * 1. An answer is served while it is younger than the step's `cache`.
 * 2. Only the final answer is kept. A fault is never kept, so that a retry asks the model.
 * 3. A hit is free, and is reported as usage with `cache_hits`.
 * 4. A failing cache costs a call, and never the step.
 */
import type { ActorContext } from '../../core/actor.ts'
import { Cancelled } from '../../core/cancelled.ts'
import { isJsonObject, type JsonObject, type JsonValue, tryParseJson } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { LLM_INPUT_SCHEMA, type LlmActor, type LlmInput, toModelName, toProviderName } from '../../core/llm.ts'
import { findInputProblem } from '../tools/input-check.ts'
import { type AnswerCache, toAnswerKey } from './answer-cache.ts'

export interface CachedActorOptions {
  cache: AnswerCache
  /** Epoch milliseconds. */
  now: () => number
  /** The provider's address, where the project gives one. */
  address?: string | undefined
}

/** Wraps an actor. An input without `cache_ms` goes to the actor itself. @throws (of `perform`) as the actor does; Cancelled */
export const withAnswerCache = (actor: LlmActor, options: CachedActorOptions): LlmActor => ({
  ...actor,
  async perform(input, context) {
    if (!asksForCache(input)) return actor.perform(input, context)
    if (context.signal.aborted) throw new Cancelled()
    const key = toAnswerKey(input, options.address)
    const kept = await find(key, { input, context, options })
    if (context.signal.aborted) throw new Cancelled()
    if (kept !== undefined) return serve(kept, input, context)
    const output = await actor.perform(input, context)
    if (await isWorthKeeping(output, input)) await keep(key, output, { input, context, options })
    return output
  },
})

type CachedInput = LlmInput & { cache_ms: number }

/** False for a wrong input, which the actor judges. */
const asksForCache = (input: LlmInput): input is CachedInput =>
  input.cache_ms !== undefined && findInputProblem(LLM_INPUT_SCHEMA, input) === undefined

interface CachedCall {
  input: CachedInput
  context: ActorContext
  options: CachedActorOptions
}

const find = async (key: string, { input, context, options }: CachedCall): Promise<JsonValue | undefined> => {
  const at = options.now()
  try {
    const kept = await options.cache.read(key, at)
    // A step with a longer `cache` may have kept it.
    return isKept(kept) && kept.at + input.cache_ms > at ? kept.output : undefined
  } catch {
    context.log.warn('the cache of answers could not be read')
    return undefined
  }
}

const keep = async (key: string, output: JsonValue, { input, context, options }: CachedCall): Promise<void> => {
  const at = options.now()
  try {
    await options.cache.write({ key, value: { at, output }, expiresAt: at + input.cache_ms }, at)
  } catch {
    context.log.warn('an answer could not be kept in the cache')
  }
}

const isKept = (value: JsonValue | undefined): value is { at: number; output: JsonValue } =>
  isJsonObject(value) && typeof value.at === 'number' && value.output !== undefined

const serve = (output: JsonValue, input: LlmInput, context: ActorContext): JsonValue => {
  const text = textOf(output, input)
  if (input.stream === true && text !== '') context.progress({ kind: 'text', text })
  const free = { input_tokens: 0, cached_tokens: 0, output_tokens: 0, cost_usd: 0 }
  const provider = toProviderName(input.model)
  context.usage({ provider, model: toModelName(input.model), ...free, cache_hits: 1 })
  return output
}

const textOf = (output: JsonValue, { returns, tools }: LlmInput): string => {
  const isInside = returns === undefined || tools !== undefined
  return isInside && isJsonObject(output) && typeof output.text === 'string' ? output.text : JSON.stringify(output)
}

/** False for silence, for a value that does not match, and for calls that can't be performed: a model may do better when asked again. */
const isWorthKeeping = async (output: JsonValue, { returns, tools }: LlmInput): Promise<boolean> => {
  if (tools === undefined) return fits(output, returns)
  if (!isJsonObject(output)) return false
  const { tool_calls = [], output: answer } = output
  if (!Array.isArray(tool_calls)) return false
  if (tool_calls.length === 0) return answer !== undefined && fits(answer, returns)
  const names = new Set(tools.map(({ name }) => name))
  return tool_calls.every((call) => isJsonObject(call) && names.has(String(call.name)) && hasArguments(call))
}

const fits = async (value: JsonValue, returns: JsonSchema | undefined): Promise<boolean> => {
  if (returns === undefined) return true
  // Loaded on use, as only answers with a schema need it.
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  return createValidator(returns)(value) === undefined
}

const hasArguments = (call: JsonObject): boolean => isJsonObject(tryParseJson(String(call.arguments)))
