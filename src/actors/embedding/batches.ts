import type { BatchLimits } from './embedding-provider.ts'

/** Cuts texts into requests, in their order. A text that is larger than a request may be goes alone, and its server judges it. */
export const toBatches = (
  texts: readonly string[],
  { texts: mostTexts, bytes: mostBytes = Number.POSITIVE_INFINITY }: BatchLimits,
): string[][] => {
  const batches: string[][] = []
  let batch: string[] = []
  let bytes = 0
  for (const text of texts) {
    const size = Buffer.byteLength(text)
    if (batch.length > 0 && (batch.length >= mostTexts || bytes + size > mostBytes)) {
      batches.push(batch)
      batch = []
      bytes = 0
    }
    batch.push(text)
    bytes += size
  }
  return batch.length === 0 ? batches : [...batches, batch]
}
