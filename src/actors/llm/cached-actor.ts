/**
 * A model's actor that answers an equal request from the cache, where the step says `cache`.
 *
 * It owns what is kept and how long: an answer is served when it is younger than the step's `cache`, and was kept for longer. Only
 * whole answers are kept: what ends as a fault is not, whatever it is, so that a retry asks; of several calls that lead to an
 * answer, a repair among them, only that answer is. With tools each turn is a request of its own.
 *
 * A hit is free, and is told as usage with `cache_hits`. A cache that fails costs a call, and never the step.
 */
import type { ActorContext } from '../../core/actor.ts'
import { Cancelled } from '../../core/cancelled.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { LLM_INPUT_SCHEMA, type LlmActor, type LlmInput, toModelName } from '../../core/llm.ts'
import { findInputProblem } from '../tools/input-check.ts'
import { type AnswerCache, toAnswerKey } from './answer-cache.ts'

export interface CachedActorOptions {
  cache: AnswerCache
  /** Epoch milliseconds. */
  now: () => number
  /** Of the provider, where the project says one. */
  address?: string | undefined
}

/** The actor itself where the input has no `cache_ms`. @throws (of `perform`) what the actor throws; Cancelled */
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

/** A wrong input is the actor's to judge. */
const asksForCache = (input: LlmInput): input is CachedInput =>
  input.cache_ms !== undefined && findInputProblem(LLM_INPUT_SCHEMA, input) === undefined

interface Call {
  input: CachedInput
  context: ActorContext
  options: CachedActorOptions
}

const find = async (key: string, { input, context, options }: Call): Promise<JsonValue | undefined> => {
  const at = options.now()
  try {
    const kept = await options.cache.read(key, at)
    // It may have been kept by a step with a longer `cache` than this one's.
    return isKept(kept) && kept.at + input.cache_ms > at ? kept.output : undefined
  } catch {
    context.log.warn('the cache of answers could not be read')
    return undefined
  }
}

const keep = async (key: string, output: JsonValue, { input, context, options }: Call): Promise<void> => {
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
  const provider = input.model.slice(0, input.model.indexOf('/'))
  context.usage({ provider, model: toModelName(input.model), ...free, cache_hits: 1 })
  return output
}

const textOf = (output: JsonValue, { returns, tools }: LlmInput): string => {
  const isInside = returns === undefined || tools !== undefined
  return isInside && isJsonObject(output) && typeof output.text === 'string' ? output.text : JSON.stringify(output)
}

/** Neither silence, nor a value that does not fit, nor calls that can't be carried out: asked again, a model may do better. */
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
  // Loaded late: only answers with a schema need it.
  const { createValidator } = await import('../../core/json-schema-validator.ts')
  return createValidator(returns)(value) === undefined
}

const hasArguments = (call: JsonObject): boolean => {
  try {
    return isJsonObject(JSON.parse(String(call.arguments)))
  } catch {
    return false
  }
}
