/** The cache of answers as a model's actor sees it, and the key of an answer. */
import { hashBytes, hashJson } from '../../core/hash.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { LlmInput, LlmInputMessage } from '../../core/llm.ts'

/** Keeps answers. All times are epoch milliseconds. */
export interface AnswerCache {
  /** Reads the value that is kept under a key beyond `at`. Undefined: none. */
  read(key: string, at: number): Promise<JsonValue | undefined>
  /** Keeps a value, and replaces the one under its key. */
  write(answer: KeptValue, at: number): Promise<void>
}

export interface KeptValue {
  key: string
  value: JsonValue
  expiresAt: number
}

/**
 * Hashes a request by SHA-256. Requests that a model can't tell apart have equal keys. The key leaves out streaming, the count of the call,
 * and a `max_tokens` that the budget sets, since a whole answer is whole under any limit.
 * @param address The provider's address, where the project gives one: another server under the same name has keys of its own.
 */
export const toAnswerKey = (input: LlmInput, address?: string): string => {
  const { model, messages, returns, tools } = input
  return hashJson({ address, model, messages: messages.map(toKeyedMessage), params: paramsOf(input), returns, tools })
}

const paramsOf = ({ params, max_tokens_by }: LlmInput): JsonObject => {
  if (max_tokens_by === undefined) return params
  const { max_tokens: _, ...own } = params
  return own
}

const toKeyedMessage = (message: LlmInputMessage): unknown =>
  message.role === 'user' && message.images !== undefined
    ? { ...message, images: message.images.map(toKeyedImage) }
    : message

type Image = NonNullable<Extract<LlmInputMessage, { role: 'user' }>['images']>[number]

/** Identifies an image by its bytes, however it was given. A URL is not followed. */
const toKeyedImage = (image: Image): unknown => {
  if ('$blob' in image) return { media_type: image.media_type, sha256: image.$blob }
  if (!('base64' in image)) return image
  return { media_type: image.media_type, sha256: hashBytes(Buffer.from(image.base64, 'base64')) }
}
