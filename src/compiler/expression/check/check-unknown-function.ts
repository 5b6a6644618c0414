/** Reports calls of functions that the language does not have, with the expression to write instead. */
import { ownValue } from '../../../core/json.ts'
import { didYouMean, findNearest } from '../../../core/nearest.ts'
import type { CallExpression, Expression, Span } from '../expression.ts'
import { FORM_TABLE, isUnwrapping } from '../form-table.ts'
import { FUNCTION_TABLE, findFunction } from '../function-table.ts'
import { parseExpression } from '../parse-expression.ts'
import { type CheckContext, type Rewrite, respell, rewrite, textOf } from './context.ts'
import { FOREIGN_FUNCTIONS, FOREIGN_NAMESPACES } from './foreign-functions.ts'

/** False, without a report, for a function of the language. The parts of an unknown call are checked for further ones. */
export const reportUnknownFunction = (node: CallExpression, context: CheckContext): boolean => {
  const called = readCalled(node, context)
  if (called.isKnown) return false
  const { name, span, isMethod } = called
  context.report('unknown_function', span, {
    message: `there is no ${isMethod ? 'method' : 'function'} '${name}'`,
    hint: hintFunction(called, context),
  })
  for (const part of called.args) context.check(part, context)
  return true
}

interface Called {
  node: CallExpression
  /** With its namespace, if it has one: `math.abs`. */
  name: string
  span: Span
  /** The receiver of a method is the first. */
  args: Expression[]
  isMethod: boolean
  isKnown: boolean
}

const readCalled = (node: CallExpression, context: CheckContext): Called => {
  const { name, nameSpan, receiver, args } = node
  if (receiver === undefined)
    return { node, name, span: nameSpan, args, isMethod: false, isKnown: findFunction(name) !== undefined }
  const isKnown = findFunction(name)?.isMethod === true || isUnwrapping(name)
  if (receiver.kind !== 'name' || !isNamespace(receiver.name, { isKnown, context }))
    return { node, name, span: nameSpan, args: [receiver, ...args], isMethod: true, isKnown }
  const span = { start: receiver.start, end: nameSpan.end }
  return { node, name: `${receiver.name}.${name}`, span, args, isMethod: false, isKnown: false }
}

/** A name that is not in scope: a namespace of another language, or any before a function that this language does not have either. */
const isNamespace = (name: string, { isKnown, context }: { isKnown: boolean; context: CheckContext }): boolean => {
  const inScope = [...context.names.rootNames(), ...context.locals.keys(), 'steps', 'secrets']
  if (inScope.includes(name) || context.names.root(name) !== undefined) return false
  return FOREIGN_NAMESPACES.has(name) || (!isKnown && findNearest(name, inScope) === undefined)
}

const hintFunction = (called: Called, context: CheckContext): string | Rewrite | undefined => {
  const { name, args, isMethod } = called
  const short = name.slice(name.indexOf('.') + 1)
  const foreign = findForeign(name) ?? findForeign(short)
  if (foreign !== undefined) return fillIn(foreign, called, context)
  if (findFunction(short) !== undefined) return rewriteCall(called, `${short}(${listTexts(args, context)})`, context)
  const form = FORM_TABLE.find((entry) => entry.name === short)
  if (form !== undefined) return hintForm(form, isMethod ? { ...called, args: [] } : called, context)
  const names = FUNCTION_TABLE.filter((entry) => !isMethod || entry.isMethod).map((entry) => entry.name)
  const nearest =
    respell(called.span, short, names) ??
    didYouMean(
      short,
      FORM_TABLE.map((entry) => entry.name),
    )
  if (nearest !== undefined) return nearest
  const alike = findNearest(short, Object.keys(FOREIGN_FUNCTIONS))
  return alike === undefined ? FALLBACK : fillIn(FOREIGN_FUNCTIONS[alike] ?? '', called, context)
}

const FALLBACK = 'docs/functions.md lists all functions; for what they leave out write a step with the tool json.query'

const findForeign = (name: string): string | undefined => ownValue(FOREIGN_FUNCTIONS, name)

/** A macro that is called as a function: `all(list, item, …)` for `list.all(item, …)`. */
const hintForm = (
  { name, signature }: { name: string; signature: string },
  called: Called,
  context: CheckContext,
): string | Rewrite => {
  const [receiver, ...others] = called.args
  if (receiver === undefined || others.length === 0) return `write ${signature.split(' →')[0]}`
  return rewriteCall(called, `${receiverText(receiver, context)}.${name}(${listTexts(others, context)})`, context)
}

const STAND_INS = ['x', 'y', 'z']

const fillIn = (written: string, called: Called, context: CheckContext): string | Rewrite => {
  if (written.startsWith(':')) return written.slice(1).trim()
  let isWhole = true
  const filled = written.replaceAll(/\$(\d)(\.|\[)?/g, (_, digit: string, behind = '') => {
    const index = Number(digit) - 1
    const arg = called.args[index]
    isWhole &&= arg !== undefined
    if (arg === undefined) return `${STAND_INS[index] ?? '…'}${behind}`
    return behind === '' ? textOf(arg, context) : `${receiverText(arg, context)}${behind}`
  })
  return isWhole ? rewriteCall(called, filled, context) : `write ${filled}`
}

/** Several parts with an operator between them. */
const COMPOUND = / (?:[-+*/?<>]|==|&&|in) /

/** A rewrite of the whole call; in words alone if the call ends or begins within parentheses. */
const rewriteCall = ({ node }: Called, text: string, context: CheckContext): string | Rewrite => {
  const needsParentheses = node !== context.root && COMPOUND.test(text.replaceAll(/\([^()]*\)/g, ''))
  return parseExpression(context.text.slice(node.start, node.end)).ok
    ? rewrite(node, needsParentheses ? `(${text})` : text)
    : `write ${text}`
}

const listTexts = (nodes: readonly Expression[], context: CheckContext): string =>
  nodes.map((node) => textOf(node, context)).join(', ')

/** The text of a node before a dot, in parentheses where it needs them. */
const receiverText = (node: Expression, context: CheckContext): string =>
  ['unary', 'binary', 'conditional'].includes(node.kind) ? `(${textOf(node, context)})` : textOf(node, context)
