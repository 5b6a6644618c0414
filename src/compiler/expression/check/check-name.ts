import { didYouMean } from '../../../core/nearest.ts'
import type { NameExpression } from '../expression.ts'
import { findFunction } from '../function-table.ts'
import { ANY, quoteText, type Type } from '../type.ts'
import { type CheckContext, pathOf, type Rewrite, respell } from './context.ts'

export const checkName = (node: NameExpression, context: CheckContext): Type => {
  const fact = context.facts.get(pathOf(node, context) ?? '')
  if (fact !== undefined) return fact
  const type = context.locals.get(node.name)?.type ?? context.names.root(node.name)
  if (type !== undefined) return type
  reportUnknownName(node, context)
  return ANY
}

const SPECIAL: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  nil: 'null',
  undefined: 'null',
}

/** `mayBeText`: the name stands where a text could stand, so that its quotes may have been forgotten. */
export const reportUnknownName = (node: NameExpression, context: CheckContext, mayBeText = true): void => {
  const { name } = node
  if (name === 'secrets') {
    context.report('secret_misused', node, { message: "'secrets' alone has no value: expected secrets.NAME" })
    return
  }
  const known = [...context.names.rootNames(), ...context.locals.keys(), 'steps']
  if (name === 'steps') {
    const message = "'steps' alone has no value: expected steps.<id>.output"
    context.report('unknown_step_reference', node, { message })
    return
  }
  const message = `'${name}' is not known here: expected ${known.join(', ')}`
  context.report('unknown_name', node, { message, hint: hintName(node, { known, mayBeText, context }) })
}

const hintName = (
  node: NameExpression,
  { known, mayBeText, context }: { known: string[]; mayBeText: boolean; context: CheckContext },
): string | Rewrite | undefined => {
  const { name } = node
  const special = Object.hasOwn(SPECIAL, name) ? SPECIAL[name] : undefined
  if (special !== undefined) return { hint: `did you mean ${special}?`, span: node, text: special }
  const output = `steps.${name}.output`
  if (context.names.stepIds().includes(name))
    return { hint: `for the step's output write ${output}`, span: node, text: output }
  if (findFunction(name) !== undefined && !mayBeText) return `'${name}' is a function: write ${name}(…)`
  const quoted = node === context.root ? `"${quoteText(name)}"` : quoteText(name)
  if (!mayBeText) return respell(node, name, known)
  const text = `for the text write ${quoted}`
  return [didYouMean(name, known) ?? '', text].join(' ').trim()
}
