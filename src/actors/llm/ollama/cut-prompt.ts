/** Finds prompts that Ollama cut by the window of the model, which it does without a word. */
import type { LlmAnswer, LlmRequest } from '../provider.ts'

/**
 * A window that the prompt fills has cut it. Where the window is not known, the words that were sent tell: each is a token or more. The
 * system prompt is not counted, as templates may leave it out, and a tenth is left for templates that drop other words.
 */
export const findCutPrompt = ({ messages, params }: LlmRequest, { usage }: LlmAnswer): Pick<LlmAnswer, 'cutPrompt'> => {
  const read = usage?.input_tokens ?? 0
  // A prompt that the cache held whole has no count.
  if (read === 0) return {}
  const words = countWords(
    messages.filter(({ role }) => role === 'user' || role === 'tool').map(({ content }) => content),
  )
  const fillsWindow = typeof params.num_ctx === 'number' && read >= params.num_ctx
  return fillsWindow || words * 0.9 > read ? { cutPrompt: { sent: Math.max(words, read), read } } : {}
}

const countWords = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + (text.match(/\S+/g)?.length ?? 0), 0)
