import type { AnswerCache } from '../actors/llm/answer-cache.ts'
import type { JsonValue } from '../core/json.ts'
import type { Store } from '../store/store.ts'

/**
 * The cache of models' answers, kept in a store. What is kept outlives the run, so secrets are taken out of it as they are out of a
 * journal (J9): a hit gives what the run that asked was given.
 */
export const keepAnswersIn = (
  store: Pick<Store, 'readAnswer' | 'writeAnswer'>,
  { redact }: { redact: (value: JsonValue) => JsonValue },
): AnswerCache => ({
  async read(key, at) {
    const text = await store.readAnswer(key, at)
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue)
  },
  write: ({ key, value, expiresAt }, at) =>
    store.writeAnswer({ key, text: JSON.stringify(redact(value)), expiresAt }, at),
})
