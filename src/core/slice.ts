/** A slice of a turn of the event loop, for work that goes on in later turns. */

import { elapsedMs } from './elapsed-ms.ts'

const SLICE_MS = 10

/** Begins a slice now. The returned function is true while there is time left in it. */
export const startSlice = (): (() => boolean) => {
  const end = elapsedMs() + SLICE_MS
  return () => elapsedMs() < end
}
