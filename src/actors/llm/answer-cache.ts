/** The cache of answers as a model's actor sees it, and what an answer is kept under. */
import { hashBytes, hashJson } from '../../core/hash.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { LlmInput, LlmInputMessage } from '../../core/llm.ts'

/** Where answers are kept. All times are epoch milliseconds. */
export interface AnswerCache {
  /** What is kept under a key beyond `at`; undefined: nothing. */
  read(key: string, at: number): Promise<JsonValue | undefined>
  /** Keeps a value, in place of the one under its key. */
  write(answer: KeptValue, at: number): Promise<void>
}

export interface KeptValue {
  key: string
  value: JsonValue
  expiresAt: number
}

/**
 * What was asked, as a SHA-256: equal for what a model can't tell apart. Not part of it: whether the answer is streamed, which call of
 * a run it is, and `max_tokens` where only the budget sets it, since an answer that came out whole is whole under any.
 * @param address Of the provider, where the project says one: another server under the same name is asked for itself.
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

/** By its bytes, however it was given. What a URL leads to is not looked at. */
const toKeyedImage = (image: Image): unknown => {
  if ('$blob' in image) return { media_type: image.media_type, sha256: image.$blob }
  if (!('base64' in image)) return image
  return { media_type: image.media_type, sha256: hashBytes(Buffer.from(image.base64, 'base64')) }
}
