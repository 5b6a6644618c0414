import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { ModelServer } from '../provider-definition.ts'

/** A server that speaks OpenAI's chat completions interface. */
export interface CompatibleServer extends ModelServer {
  /** True: at other addresses than the vendor's, servers of any maker are reached by this kind, which may lack what the vendor's has. */
  isGeneric: boolean
  /** The field of the token limit. Models of OpenAI that reason have `max_completion_tokens` everywhere. */
  limitName: 'max_tokens' | 'max_completion_tokens'
  /** True: the server binds the answer to the schema in `response_format`. */
  keepsSchemas: boolean
  /** True: a stream tells its usage if it is asked to. */
  streamUsage: boolean
  /** The vendor's own names of parameters. Default: ours. */
  names?: Readonly<Record<string, string>>
  /** Writes how hard to think. Default: `reasoning_effort`. */
  toReasoning?(level: JsonValue): JsonObject
  /** Headers that carry the key. Default: a bearer token. */
  keyHeaders?(apiKey: string): Record<string, string>
  /** The path behind the base URL. Default: `/chat/completions`. */
  path?(model: string, query: Readonly<Record<string, string>>): string
}
