/** A text with `${ }` where an expression stands alone: the same as an expression, such as `'Hello ' + input.name`. */
import type { ExpressionText } from '../value-node.ts'
import { splitTemplate } from './interpolation.ts'
import { isAssignable, quoteText, STRING, type Type } from './type.ts'

const SIMPLE = /^[\w.]+$/

/** Undefined for a text without `${ }`. `typeOf` gives the type of a part; parts of another type than text are converted. */
export const joinParts = (text: string, typeOf: (part: string) => Type): string | undefined => {
  const split = text.includes('${') ? splitTemplate(text) : { parts: [] }
  if ('error' in split || split.parts.length < 2) return undefined
  const parts = split.parts.map((part) => {
    if (typeof part === 'string') return quoteText(part)
    const expression = part.text.trim()
    if (!isAssignable(typeOf(expression), STRING)) return `string(${expression})`
    return SIMPLE.test(expression) ? expression : `(${expression})`
  })
  return parts.join(' + ')
}

/** The value as YAML: in double quotes. */
export const quoteExpression = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`

/** Only a plain scalar is replaced together with its quotes. */
export const writeInScalar = (text: string, { styleOf }: ExpressionText): string | undefined => {
  const style = styleOf?.()
  if (style === 'plain') return quoteExpression(text)
  if (style === 'double') return quoteExpression(text).slice(1, -1)
  return style === 'single' ? text.replaceAll("'", "''") : undefined
}
