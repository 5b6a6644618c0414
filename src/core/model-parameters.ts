/** What the parameters of models may be, beyond their types: only what no vendor takes is wrong. */
import type { JsonValue } from './json.ts'

interface Rule {
  expected: string
  fits(value: JsonValue): boolean
}

const wholeFrom = (least: number): Rule => ({
  expected: `a whole number of at least ${least}`,
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= least,
})

const between = (least: number, most: number): Rule => ({
  expected: `a number from ${least} to ${most}`,
  fits: (value) => typeof value === 'number' && value >= least && value <= most,
})

const RULES: ReadonlyMap<string, Rule> = new Map([
  // Negative, it would lift a limit: on tokens, as -1 is without end for some servers, and on what is reserved for a call.
  ['max_tokens', wholeFrom(1)],
  ['top_k', wholeFrom(0)],
  ['seed', { expected: 'a whole number', fits: Number.isSafeInteger }],
  ['temperature', { expected: 'a number of at least 0', fits: (value) => typeof value === 'number' && value >= 0 }],
  ['top_p', between(0, 1)],
  ['frequency_penalty', between(-2, 2)],
  ['presence_penalty', between(-2, 2)],
])

/** What a parameter is expected to be that `value` is not; undefined: nothing is wrong with it. */
export const findExpectedParameter = (name: string, value: JsonValue): string | undefined => {
  const rule = RULES.get(name)
  return rule === undefined || rule.fits(value) ? undefined : rule.expected
}
