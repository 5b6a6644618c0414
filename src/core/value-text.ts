const LONGEST_VALUE = 60

/** Writes a value for a message, cut to 60 characters: `"abc"`, `5`, `{"a":1}`. */
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
    // A cyclic value, a bigint, or one nested deeper than the stack is not JSON; the message has its type alone.
    return `a value of type ${typeof value}`
  }
}
