/** One `${ … }` of a string. `text` is the text between the braces, from `start` to `end` (exclusive) of the string. */
export interface Interpolation {
  text: string
  start: number
  end: number
}

export type Template = { parts: (string | Interpolation)[] } | { error: string; index: number }

/**
 * Splits a string at `${ … }`. Braces and quotes inside an expression are balanced, so `}` may stand in its texts and
 * maps; `$${` is a literal `${`. A string without `${` is one text part, the empty string none.
 */
export const splitTemplate = (text: string): Template => {
  const parts: (string | Interpolation)[] = []
  let literal = ''
  let from = 0
  for (;;) {
    const open = text.indexOf('${', from)
    if (open === -1) break
    const isEscaped = text[open - 1] === '$' && open > from
    literal += text.slice(from, isEscaped ? open - 1 : open)
    from = open + 2
    if (isEscaped) {
      literal += '${'
      continue
    }
    const close = findClosingBrace(text, from)
    if (typeof close !== 'number') return close
    if (literal !== '') parts.push(literal)
    parts.push({ text: text.slice(from, close), start: from, end: close })
    literal = ''
    from = close + 1
  }
  literal += text.slice(from)
  if (literal !== '') parts.push(literal)
  return { parts }
}

const findClosingBrace = (text: string, from: number): number | { error: string; index: number } => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const letter = text[at]
    if (letter === '{') depth++
    else if (letter === '}' && depth-- === 0) return at
    else if (letter === "'" || letter === '"') {
      const end = findClosingQuote(text, at)
      if (end === -1) return { error: `a text that starts with ${letter} is not closed before the end`, index: at }
      at = end
    }
  }
  return { error: "'${' is not closed: expected a '}'", index: from - 2 }
}

/** The index of the last character of the text that begins at `start`: `'…'`, `"…"` or in threes. A backslash takes the next character along, in raw texts too. */
export const findClosingQuote = (text: string, start: number): number => {
  const quote = text[start] ?? ''
  const mark = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  for (let at = start + mark.length; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text.startsWith(mark, at)) return at + mark.length - 1
  }
  return -1
}
