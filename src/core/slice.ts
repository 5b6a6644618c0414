/** A slice of a turn of the event loop, for work that goes on in later turns. */

const SLICE_MS = 10

/** Begins a slice now. The returned function is true while there is time left in it. */
export const startSlice = (): (() => boolean) => {
  const end = performance.now() + SLICE_MS
  return () => performance.now() < end
}
