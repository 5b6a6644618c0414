/** Checks triggers: their expressions over `event`, and that the input they make fits the workflow. */
import type { Trigger } from '../document.ts'
import { ANY, NUMBER, STRING, type Type, unionOf } from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import type { CheckContext } from './check-context.ts'
import type { Site } from './expression-checks.ts'

export const checkTriggers = (context: CheckContext): void => {
  const { input } = context.workflow
  const expected = input && typeOfSchema(input.value)
  for (const trigger of context.workflow.triggers) checkTrigger(trigger, expected, context)
}

const KEY: Type = unionOf([STRING, NUMBER])

const checkTrigger = (trigger: Trigger, input: Type | undefined, { names, expressions }: CheckContext): void => {
  const { kind } = trigger
  const site: Site = { names: names.ofTrigger(kind), node: undefined }
  if (trigger.input !== undefined) expressions.fitting(trigger.input, input ?? ANY, { ...site, isBare: true })
  for (const name of ['when', 'match'] as const)
    if (trigger[name] !== undefined) expressions.condition(trigger[name], name, site)
  if (trigger.dedupe !== undefined)
    expressions.typed(trigger.dedupe, { name: 'dedupe', type: KEY, words: 'text or a number' }, site)
  if (trigger.reply !== undefined)
    expressions.expression(trigger.reply, { names: names.ofTrigger(kind, { output: true }), node: undefined })
  if (trigger.verify !== undefined && trigger.verify.value !== 'none') {
    const proven: Site = { names: names.ofTrigger(kind, { secrets: true }), node: undefined }
    expressions.typed(trigger.verify.value.secret, { name: 'secret', type: STRING }, proven)
  }
}
