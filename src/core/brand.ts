/**
 * Marks values of our own classes in the global symbol registry. `instanceof` does not work between two copies of the package in one
 * process, or between workers, which still have to recognise each other's faults.
 */
export const hasBrand = (value: unknown, brand: symbol): boolean =>
  typeof value === 'object' && value !== null && brand in value
