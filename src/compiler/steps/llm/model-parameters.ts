/** Types of the keys of an `llm` step. */
import { ANY, BOOLEAN, listOf, literalOf, NUMBER, objectOf, STRING, type Type, unionOf } from '../../expression/type.ts'

/** Parameters of all providers; each provider lists those that it takes. */
export const MODEL_PARAMETERS: ReadonlyMap<string, Type> = new Map([
  ['temperature', NUMBER],
  ['top_p', NUMBER],
  ['top_k', NUMBER],
  ['max_tokens', NUMBER],
  ['seed', NUMBER],
  ['frequency_penalty', NUMBER],
  ['presence_penalty', NUMBER],
  ['stop', unionOf([STRING, listOf(STRING)])],
  // Reasoning effort: a level of the vendor, as a word or a boolean.
  ['reasoning', ANY],
  // Of Ollama: the context window in tokens, and how long the model stays loaded.
  ['num_ctx', NUMBER],
  ['keep_alive', unionOf([STRING, NUMBER])],
  ['tool_choice', STRING],
  ['parallel_tool_calls', BOOLEAN],
  // For `mock/script` only: the answers, or the file that contains them.
  ['script', unionOf([STRING, listOf(ANY)])],
])

export const MESSAGES: Type = listOf(
  objectOf({ role: unionOf(['system', 'user', 'assistant'].map(literalOf)), content: STRING }),
)

const BLOB: Type = objectOf({ $blob: STRING, media_type: STRING, size: NUMBER, name: STRING })

const IMAGE: Type = unionOf([BLOB, objectOf({ url: STRING })])

export const IMAGES: Type = unionOf([IMAGE, listOf(IMAGE)])

export const CONVERSATION: Type = objectOf({ namespace: STRING, 'window?': NUMBER, 'summarize?': ANY })
