import { countOf } from '../../../core/count.ts'
import { formatFixed } from '../../../core/decimal.ts'
import type { JsonValue } from '../../../core/json.ts'
import { chargeTree, describeValue, fail, textWork, type Work } from '../evaluation.ts'

const VERB = /%(?:\.(\d{1,2}))?([a-zA-Z%])?/g

/** How many items of the list a format text takes; for the checker. */
export const countVerbs = (text: string): number => [...text.matchAll(VERB)].filter(([, , verb]) => verb !== '%').length

/** @throws ExpressionFailure for an unknown verb, a value that does not fit its verb, too few or too many values. */
export const formatText = (text: string, values: readonly JsonValue[], work: Work): string => {
  let used = 0
  let size = text.length
  const result = text.replaceAll(VERB, (written, digits: string | undefined, verb: string | undefined) => {
    if (verb === '%') return '%'
    const value = values[used++]
    if (value === undefined) return fail(`'${written}' has no value: the list has ${values.length}`)
    const rendered = renderVerb({ written, verb, digits, value, work })
    size += rendered.length
    return rendered
  })
  work.charge(textWork(size))
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

const renderVerb = ({ written, verb, digits, value, work }: VerbParts): string => {
  if (verb === 's' && digits === undefined) return renderValue(value, work)
  if (verb !== 'd' && verb !== 'f') return fail(`'${written}' is not known: expected %s, %d, %f, %.2f or %%`)
  if (typeof value !== 'number') return fail(`'${written}' takes a number, got ${describeValue(value)}`)
  if (verb === 'f') return formatFixed(value, Math.min(Number(digits ?? 6), 20))
  return Number.isInteger(value) ? String(value) : fail(`'${written}' takes a whole number, got ${value}`)
}

const renderValue = (value: JsonValue, work: Work): string => {
  if (typeof value === 'string') {
    work.charge(textWork(value.length))
    return value
  }
  chargeTree(value, work)
  return JSON.stringify(value)
}
