/** Removes one item of a list. True if it was there. */
export const removeFrom = <T>(items: T[], item: T): boolean => {
  const index = items.indexOf(item)
  if (index !== -1) items.splice(index, 1)
  return index !== -1
}
