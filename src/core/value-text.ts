const LONGEST_VALUE = 60

/** A value as it stands in a message, cut to 60 characters: `"abc"`, `5`, `{"a":1}`. */
export const formatValue = (value: unknown): string => {
  if (typeof value === 'string' && value.length > LONGEST_VALUE) return `${JSON.stringify(value.slice(0, 56))}…`
  if (Array.isArray(value) && value.length > LONGEST_VALUE) return `a list of ${value.length} items`
  const text = toText(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text
}

const toText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Cyclic, a bigint, or nested deeper than the stack: not JSON at all, so its type is all there is to say.
    return `a value of type ${typeof value}`
  }
}
