/** Cache of model answers. */
export interface AnswerStore {
  /** Returns the answer under a key, if it expires after `at` (epoch milliseconds). */
  readAnswer(key: string, at: number): Promise<string | undefined>
  /** Keeps an answer, in place of the one under its key, and deletes some of those that expire at `at` or before. */
  writeAnswer(answer: CachedAnswer, at: number): Promise<void>
}

/** An answer of a model, kept for equal requests. */
export interface CachedAnswer {
  /** Hash of the request. */
  key: string
  text: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** Most expired answers that one write deletes: more than it adds, so that they do not pile up. */
export const EXPIRED_ANSWERS_A_WRITE = 100
