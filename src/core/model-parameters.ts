/** Limits of the parameters of models, beyond their types. Only values that no vendor takes are wrong; a provider may have narrower limits. */
import { type JsonValue, ownValue } from './json.ts'

export interface ParameterRule {
  expected: string
  fits(value: JsonValue): boolean
}

export type ParameterRules = Readonly<Record<string, ParameterRule>>

const wholeFrom = (least: number): ParameterRule => ({
  expected: `a whole number of at least ${least}`,
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= least,
})

const numberBetween = (least: number, most: number): ParameterRule => ({
  expected: `a number from ${least} to ${most}`,
  fits: (value) => typeof value === 'number' && value >= least && value <= most,
})

const ANY: ParameterRule = { expected: 'any value', fits: () => true }

const RULES = {
  // A negative value would lift a limit: on tokens, as some servers take -1 for no end, and on what is reserved for a call.
  max_tokens: wholeFrom(1),
  top_k: wholeFrom(0),
  seed: { expected: 'a whole number', fits: Number.isSafeInteger },
  temperature: { expected: 'a number of at least 0', fits: (value) => typeof value === 'number' && value >= 0 },
  top_p: numberBetween(0, 1),
  frequency_penalty: numberBetween(-2, 2),
  presence_penalty: numberBetween(-2, 2),
  stop: ANY,
  reasoning: ANY,
  num_ctx: wholeFrom(1),
  keep_alive: {
    expected: "a time such as '10m', or seconds",
    fits: (value) =>
      typeof value === 'string' ? /^-?(\d+|(\d+(\.\d+)?(ms|s|m|h))+)$/.test(value) : Number.isFinite(value),
  },
  tool_choice: {
    expected: "'auto', 'required', 'none' or the name of a tool",
    fits: (value) => typeof value === 'string' && value !== '',
  },
  parallel_tool_calls: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
} satisfies ParameterRules

/** The rules of the parameters that a provider takes, in the order in which messages name them. */
export const pickParameters = (...names: (keyof typeof RULES)[]): ParameterRules =>
  Object.fromEntries(names.map((name) => [name, RULES[name]]))

/** Describes the rule that `value` breaks. Undefined: the value is right, or the parameter has no rule. */
export const findExpectedParameter = (
  name: string,
  value: JsonValue,
  rules: ParameterRules = RULES,
): string | undefined => {
  const rule = ownValue(rules, name)
  return rule === undefined || rule.fits(value) ? undefined : rule.expected
}

const TOOL_CHOICES = ['auto', 'required', 'none']

/** The values of `tool_choice` in a step with these tools. */
export const listToolChoices = (tools: readonly string[]): string[] => [...TOOL_CHOICES, ...tools]

/** Describes a choice of a tool that the step does not have. Undefined: the choice is right. */
export const findChoiceProblem = (choice: string, tools: readonly string[]): string | undefined => {
  const known = listToolChoices(tools)
  if (known.includes(choice)) return undefined
  return `'tool_choice' names no tool of this step: expected one of ${known.join(', ')}, got ${JSON.stringify(choice)}`
}
