/** @param sorted In ascending order; of none it is 0. @param share 0.99 for the 99th percentile, 1 for the largest */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
