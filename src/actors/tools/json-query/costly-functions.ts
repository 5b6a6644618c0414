/**
 * Replaces functions of JSONata whose cost depends on an argument, and whose call can't be interrupted. Each replacement checks the
 * argument, and then calls the original through an expression of its own.
 */
import jsonata from 'jsonata'
import { Fault } from '../../../core/fault.ts'
import type { ValueWeights } from './value-weight.ts'

const WIDEST_PAD = 1_000_000
const LONGEST_TIME = 40
const MOST_MARKERS = 8

const pad = jsonata('$pad(text, width, filler)')
const toMillis = jsonata('$toMillis(text, picture)')
const string = jsonata('$string(value, pretty)')

export const replaceCostlyFunctions = (expression: jsonata.Expression, weights: ValueWeights): void => {
  expression.registerFunction(
    'pad',
    (text?: string, width = 0, filler?: string) => {
      if (Math.abs(width) > WIDEST_PAD)
        throw new Fault('too_large', `$pad is given ${width}: expected at most ${WIDEST_PAD}`)
      return pad.evaluate({ text, width, filler })
    },
    '<s-ns?:s>',
  )
  expression.registerFunction(
    'toMillis',
    (text?: string, picture?: string) => {
      if (picture !== undefined) assertQuickPicture(text ?? '', picture)
      return toMillis.evaluate({ text, picture })
    },
    '<s-s?:n>',
  )
  expression.registerFunction(
    'string',
    (value: unknown, pretty = false) => {
      // The parameter has no default, as $map passes so many arguments. Values made since the last node ended are not weighed yet.
      weights.check(value)
      return string.evaluate({ value, pretty })
    },
    '<x-b?:s>',
  )
}

/** A picture becomes a backtracking expression, which is fast for eight variable parts over forty characters. */
const assertQuickPicture = (text: string, picture: string): void => {
  const markers = picture.split('[').length - 1
  if (text.length > LONGEST_TIME || picture.length > 2 * LONGEST_TIME || markers > MOST_MARKERS)
    throw new Fault(
      'too_large',
      `$toMillis is given too much: expected a text of at most ${LONGEST_TIME} characters and a picture of at most ${MOST_MARKERS} parts`,
    )
}
