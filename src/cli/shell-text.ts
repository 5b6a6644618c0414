/** Quotes a word of a command line for a shell, if it needs that. */
export const quoteWord = (word: string): string =>
  /^[\w./:@=…-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
