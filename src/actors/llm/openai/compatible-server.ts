import type { ModelServer } from '../provider-definition.ts'

/** A server that speaks OpenAI's chat completions interface. */
export interface CompatibleServer extends ModelServer {
  /** The field of the token limit at the vendor's own address. Models that reason have `max_completion_tokens` everywhere. */
  limitName: 'max_tokens' | 'max_completion_tokens'
  /** True: the vendor's own server binds the answer to the schema in `response_format`. */
  keepsSchemas: boolean
}
