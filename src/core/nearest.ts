/** Counts the edits (insert, delete, replace, swap of neighbours) between two words: Damerau-Levenshtein, restricted form. */
const countEdits = (a: string, b: string): number => {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      let edits = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + cost,
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        edits = Math.min(edits, (before[column - 2] ?? 0) + 1)
      current.push(edits)
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}

/** Returns the hint for an unknown word: the nearest known one. Undefined when none is near. */
export const didYouMean = (word: string, known: Iterable<string>): string | undefined => {
  const nearest = findNearest(word, known)
  return nearest === undefined ? undefined : `did you mean '${nearest}'?`
}

/** Finds the known word nearest to `word`, with at most a third of its letters different. Undefined when none is near. */
export const findNearest = (word: string, known: Iterable<string>): string | undefined => {
  let nearest: string | undefined
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= fewest) continue
    const edits = countEdits(word.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest) [nearest, fewest] = [candidate, edits]
  }
  return nearest
}
