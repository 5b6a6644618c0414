/**
 * Gives `@google/generative-ai` a `fetch` of ours: it has no option for one, hides the headers of a refusal (how long to wait), and
 * says of a broken connection only that there was an error.
 *
 * Its calls take the global `fetch` within the turn in which they are made, before anything else can run. So it is replaced for that
 * turn alone, and nobody else ever sees it. The contract's tests of waiting times, comments and aborts fail where that no longer holds.
 */
export const withFetch = <T>(own: typeof fetch, call: () => Promise<T>): Promise<T> => {
  const original = globalThis.fetch
  globalThis.fetch = own
  try {
    return call()
  } finally {
    globalThis.fetch = original
  }
}
