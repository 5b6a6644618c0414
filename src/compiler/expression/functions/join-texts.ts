import { textWork, type Work } from '../evaluation.ts'

/** Joins texts, and charges the length of the result before it is built. */
export const joinTexts = (parts: readonly string[], separator: string, work: Work): string => {
  const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0)
  work.charge(textWork(4 * length))
  return parts.join(separator)
}
