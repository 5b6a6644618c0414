/** Reads the usage of chat completions, under the names of the vendors that speak them. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { TokenCounts } from '../../../core/pricing.ts'
import { findCount, joinUsage, readCount } from '../token-count.ts'

/** The usage of an answer or of a chunk, wherever it stands. Null: there is none. */
export const findUsage = (body: JsonObject, ofChoices: readonly (JsonValue | undefined)[]): TokenCounts | null => {
  // Groq puts the usage of a stream into a field of its own, Moonshot into the choice.
  const groq = isJsonObject(body.x_groq) ? body.x_groq.usage : undefined
  return [...ofChoices, groq, body.usage].map(readUsage).reduce(joinUsage, null)
}

/** The tokens that the vendor read from its cache, as Moonshot, DeepSeek and Mistral name them. */
const CACHED = ['cached_tokens', 'prompt_cache_hit_tokens', 'num_cached_tokens']

const readUsage = (usage: JsonValue | undefined): TokenCounts | null => {
  if (!isJsonObject(usage)) return null
  const input = findCount(usage, ['prompt_tokens', 'input_tokens'])
  const output = findCount(usage, ['completion_tokens', 'output_tokens'])
  if (input === undefined && output === undefined) return null
  const details = [usage.prompt_tokens_details, usage.prompt_token_details, usage.input_tokens_details].find(
    isJsonObject,
  )
  const cached = findCount(details ?? {}, ['cached_tokens']) || findCount(usage, CACHED)
  const written = readCount(details?.cache_write_tokens) ?? 0
  return {
    input_tokens: input ?? 0,
    cached_tokens: Math.min(cached ?? 0, input ?? 0),
    ...(written > 0 && { cache_write_tokens: written }),
    output_tokens: Math.max(output ?? 0, beyondPrompt(usage, input)),
  }
}

/** Some vendors count thoughts in the total alone, and bill them as output. */
const beyondPrompt = ({ total_tokens }: JsonObject, input: number | undefined): number =>
  input === undefined ? 0 : (readCount(total_tokens) ?? 0) - input
