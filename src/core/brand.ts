/**
 * Values of our own classes are recognised by a mark in the global symbol registry, not by `instanceof`: two copies of
 * the package in one process, or a worker, must still know each other's faults.
 */
export const hasBrand = (value: unknown, brand: symbol): boolean =>
  typeof value === 'object' && value !== null && brand in value
