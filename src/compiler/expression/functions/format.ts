import { countOf } from '../../../core/count.ts'
import { formatFixed } from '../../../core/decimal.ts'
import type { JsonValue } from '../../../core/json.ts'
import { chargeTree, describeValue, fail, textWork, type Work, writeJson } from '../evaluation.ts'

const VERB = /%(?:\.(\d{1,2}))?([a-zA-Z%])?/g

const VISITS_A_VERB = 1 / 2

/** How many items of the list a format text takes; for the checker. */
export const countVerbs = (text: string): number => [...text.matchAll(VERB)].filter(([, , verb]) => verb !== '%').length

/** @throws ExpressionFailure for an unknown verb, a value that does not fit its verb, too few or too many values. */
export const formatText = (text: string, values: readonly JsonValue[], work: Work): string => {
  let used = 0
  let end = 0
  const parts: string[] = []
  // One verb after the other: a replacement by a function would find all of them before it is called.
  for (const { 0: written, 1: digits, 2: verb, index } of text.matchAll(VERB)) {
    work.charge(VISITS_A_VERB)
    const value = verb === '%' ? '%' : values[used++]
    if (value === undefined) return fail(`'${written}' has no value: the list has ${values.length}`)
    parts.push(text.slice(end, index), verb === '%' ? '%' : renderVerb({ written, verb, digits, value, work }))
    end = index + written.length
  }
  const result = parts.join('') + text.slice(end)
  work.charge(textWork(result.length))
  if (used < values.length) return fail(`the list has ${countOf(values.length, 'value')}, the text takes ${used}`)
  return result
}

interface VerbParts {
  written: string
  verb: string | undefined
  digits: string | undefined
  value: JsonValue
  work: Work
}

const renderVerb = ({ written, verb = '', digits, value, work }: VerbParts): string => {
  if (verb === 's' && digits === undefined) return renderValue(value, work)
  const base = Object.hasOwn(BASES, verb) && digits === undefined ? BASES[verb] : undefined
  if (base !== undefined) return renderBase({ written, verb, digits, value, work }, base)
  if (verb !== 'd' && verb !== 'f' && verb !== 'e')
    return fail(`'${written}' is not known: expected %s, %d, %f, %e, %x, %X, %o, %b, %.2f or %%`)
  if (typeof value !== 'number') return fail(`'${written}' takes a number, got ${describeValue(value)}`)
  const places = Math.min(Number(digits ?? 6), 20)
  if (verb === 'f') return formatFixed(value, places)
  if (verb === 'e') return value.toExponential(places).replace(/([+-])(\d)$/, '$10$2')
  return Number.isInteger(value) ? String(value) : fail(`'${written}' takes a whole number, got ${value}`)
}

const BASES: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 }

/** A whole number in another base; in base 16 also a text, by its bytes in UTF-8, and in base 2 a boolean. */
const renderBase = ({ written, verb, value, work }: VerbParts, base: number): string => {
  if (typeof value === 'boolean' && base === 2) return String(Number(value))
  const toCase = (text: string): string => (verb === 'X' ? text.toUpperCase() : text)
  if (typeof value === 'string' && base === 16) {
    work.charge(textWork(32 * value.length))
    return toCase(Buffer.from(value).toString('hex'))
  }
  if (typeof value === 'number' && Number.isInteger(value)) return toCase(value.toString(base))
  return fail(`'${written}' takes a whole number, got ${describeValue(value)}`)
}

const renderValue = (value: JsonValue, work: Work): string => {
  if (typeof value === 'string') {
    work.charge(textWork(value.length))
    return value
  }
  chargeTree(value, work)
  return writeJson(value, work)
}
