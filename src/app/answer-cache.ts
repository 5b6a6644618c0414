import type { AnswerCache } from '../actors/llm/answer-cache.ts'
import type { JsonValue } from '../core/json.ts'
import type { Redactor } from '../secrets/secret-vault.ts'
import type { Store } from '../store/store.ts'

/**
 * Keeps answers of models in a store. An answer outlives its run, so it is redacted like a journal row (J9): a hit returns the same
 * redacted value that the asking run received.
 */
export const keepAnswersIn = (
  store: Pick<Store, 'readAnswer' | 'writeAnswer'>,
  vault: Pick<Redactor, 'redact'>,
): AnswerCache => ({
  async read(key, at) {
    const text = await store.readAnswer(key, at)
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue)
  },
  write: ({ key, value, expiresAt }, at) =>
    store.writeAnswer({ key, text: JSON.stringify(vault.redact(value)), expiresAt }, at),
})
