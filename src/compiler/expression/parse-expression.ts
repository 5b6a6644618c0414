/**
 * Parses CEL text into our own syntax tree. The grammar is that of cel-js; its checker and evaluator are not used. Parts of CEL
 * that the language lacks (bytes, unsigned numbers, numbers that a double can't hold) are refused here, so that no later phase meets them.
 */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'
import { losesDigits } from '../../core/exact-number.ts'
import { type AdaptedText, adaptText } from './adapt-text.ts'
import type {
  BinaryOperator,
  BindExpression,
  Expression,
  FieldExpression,
  IndexExpression,
  MacroExpression,
  NameExpression,
  Span,
  Variable,
} from './expression.ts'
import { findMacroForm, type MacroForm } from './macro-forms.ts'
import { explainSyntaxError, type SyntaxFailure, SyntaxProblem } from './syntax-problem.ts'

export type { Expression } from './expression.ts'

/** `index` is the place of the problem in the text. */
export type ParsedExpression = { ok: true; ast: Expression } | SyntaxFailure

/** Walks over a tree are recursive; this bounds its depth. */
const MOST_NODES = 2000

let environment: Environment | undefined

/** Never throws: a text that is not an expression yields the reason. */
export const parseExpression = (text: string): ParsedExpression => {
  try {
    environment ??= new Environment({ enableOptionalTypes: true, limits: { maxAstNodes: MOST_NODES } })
    const adapted = adaptText(text)
    return { ok: true, ast: convert(environment.parse(adapted.text).ast, { text, marks: adapted.marks }) }
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.toResult()
    if (error instanceof ParseError) return explainSyntaxError(error, text)
    // A long row of `!` or `-` exhausts the stack of the parser, which counts brackets only.
    if (error instanceof RangeError) return { ok: false, index: 0, message: 'the expression is nested too deeply' }
    throw error
  }
}

/** `text` is as it was written. */
const convert = (node: ASTNode, source: AdaptedText): Expression => {
  const { text } = source
  const span = { start: node.start, end: node.end }
  const of = (part: ASTNode): Expression => convert(part, source)
  switch (node.op) {
    case 'value':
      return { kind: 'literal', value: toLiteral(node.args, span, text), ...span }
    case 'id':
      return { kind: 'name', name: node.args, ...span }
    case '.':
    case '.?':
      return toField(of(node.args[0]), node.args[1], { node, optional: node.op === '.?' })
    case '[]':
    case '[?]':
      return toIndex(of(node.args[0]), of(node.args[1]), { span, optional: node.op === '[?]' })
    case 'call':
      return toCall({ name: node.args[0], args: node.args[1].map(of), nameStart: node.start, span })
    case 'rcall': {
      const receiver = of(node.args[1])
      const nameStart = findMethodName(text, receiver.end)
      return toMethodCall({ name: node.args[0], receiver, args: node.args[2].map(of), nameStart, span })
    }
    case 'list':
      return toList(node.args.map(of), { span, source })
    case 'map':
      return toMap(
        node.args.map(([key, value]) => ({ key: of(key), value: of(value) })),
        { span, source },
      )
    case '?:': {
      const [test, yes, no] = node.args
      return { kind: 'conditional', test: of(test), whenTrue: of(yes), whenFalse: of(no), ...span }
    }
    case '!_':
    case '-_':
      return toUnary(node.op === '!_' ? '!' : '-', of(node.args), span)
    default:
      return { kind: 'binary', operator: toOperator(node), left: of(node.args[0]), right: of(node.args[1]), ...span }
  }
}

const toOperator = (node: { op: BinaryOperator }): BinaryOperator => node.op

const toLiteral = (value: unknown, span: Span, text: string): string | number | boolean | null => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  const written = text.slice(span.start, span.end)
  if (typeof value === 'number' || typeof value === 'bigint') {
    const digits = typeof value === 'bigint' ? String(value) : written
    if (!losesDigits(digits)) return Number(written.startsWith('.') ? written : value)
    const expected = `expected at most ${Number.MAX_SAFE_INTEGER}, and 17 digits`
    throw new SyntaxProblem(span.start, `'${written}' would lose digits: ${expected}`, `write it as text: '${written}'`)
  }
  if (value instanceof Uint8Array)
    throw new SyntaxProblem(span.start, `${written} is bytes: expected text`, `write ${written.slice(1)}`)
  throw new SyntaxProblem(span.start, `'${written}' is an unsigned number`, `write ${written.slice(0, -1)}`)
}

interface Brackets {
  span: Span
  source: AdaptedText
}

const toList = (items: Expression[], { span, source }: Brackets): Expression => {
  const before = [span.start, ...items.map(({ end }) => end)]
  const optional = new Set(items.filter(({ start }, index) => isMarked(source, before[index] ?? start, start)))
  return { kind: 'list', items, optional, ...span }
}

const toMap = (entries: { key: Expression; value: Expression }[], { span, source }: Brackets): Expression => {
  const before = [span.start, ...entries.map(({ value }) => value.end)]
  return {
    kind: 'map',
    entries: entries.map(({ key, value }, index) => ({
      key,
      value,
      optional: isMarked(source, before[index] ?? key.start, key.start),
    })),
    ...span,
  }
}

const isMarked = ({ marks }: AdaptedText, from: number, to: number): boolean =>
  marks.some((mark) => mark >= from && mark < to)

const toField = (
  object: Expression,
  name: string,
  { node, optional }: { node: ASTNode; optional: boolean },
): FieldExpression => ({
  kind: 'field',
  object,
  name,
  nameSpan: { start: node.pos, end: node.end },
  optional,
  start: node.start,
  end: node.end,
})

const toIndex = (
  object: Expression,
  index: Expression,
  { span, optional }: { span: Span; optional: boolean },
): FieldExpression | IndexExpression =>
  index.kind === 'literal' && typeof index.value === 'string'
    ? {
        kind: 'field',
        object,
        name: index.value,
        nameSpan: { start: index.start, end: index.end },
        optional,
        ...span,
      }
    : { kind: 'index', object, index, optional, ...span }

interface CallParts {
  name: string
  args: Expression[]
  nameStart: number
  span: Span
}

const toCall = ({ name, args, nameStart, span }: CallParts): Expression => {
  const [operand] = args
  const nameSpan = { start: nameStart, end: nameStart + name.length }
  if (name !== 'has') return { kind: 'call', name, nameSpan, args, ...span }
  if (args.length !== 1 || (operand?.kind !== 'field' && operand?.kind !== 'index'))
    throw new SyntaxProblem(span.start, "'has' takes one field: expected has(a.b)")
  return { kind: 'has', operand, ...span }
}

const toMethodCall = ({ receiver, ...call }: CallParts & { receiver: Expression }): Expression => {
  const { name, args, nameStart, span } = call
  const nameSpan = { start: nameStart, end: nameStart + name.length }
  if (receiver.kind === 'name' && receiver.name === 'cel' && name === 'bind') return toBind(args, span)
  if (name === 'optMap' || name === 'optFlatMap') return toOptionalBind(name, { nameSpan, receiver, ...call })
  const form = findMacroForm(name)
  return form === undefined
    ? { kind: 'call', name, nameSpan, receiver, args, ...span }
    : toMacro(form, { nameSpan, receiver, ...call })
}

const toMacro = (
  { macro, hasInitial, hasFilter, ...form }: MacroForm,
  { name, nameSpan, receiver, args, span }: CallParts & { nameSpan: Span; receiver: Expression },
): MacroExpression => {
  const bodies = hasInitial === true ? [2] : hasFilter === true ? [1, 2] : [1]
  const count = form.variables.find((variables) => bodies.includes(args.length - variables)) ?? 0
  const variables = toVariables(args.slice(0, count))
  const [before, body] = args.length - count === 1 ? [undefined, args.at(-1)] : args.slice(count)
  if (variables === undefined || body === undefined) {
    const names = form.variables.includes(1) ? 'a name' : 'two names'
    throw new SyntaxProblem(nameSpan.start, `'${name}' needs ${names} and an expression: expected ${form.usage}`)
  }
  const [first, second] = variables
  if (first.name === second?.name)
    throw new SyntaxProblem(second.start, `'${name}' has the name '${second.name}' twice: expected two different names`)
  const part = before === undefined ? {} : hasInitial === true ? { initial: before } : { filter: before }
  return { kind: 'macro', macro, nameSpan, list: receiver, variables, ...part, body, ...span }
}

/** Undefined for other than one name or two. */
const toVariables = ([first, second]: readonly Expression[]): MacroExpression['variables'] | undefined => {
  if (first?.kind !== 'name') return undefined
  if (second === undefined) return [toVariable(first)]
  if (second.kind !== 'name') return undefined
  return [toVariable(first), toVariable(second)]
}

const toVariable = ({ name, start, end }: NameExpression): Variable => ({ name, start, end })

const toBind = ([variable, value, body, ...more]: readonly Expression[], span: Span): Expression => {
  if (variable?.kind !== 'name' || value === undefined || body === undefined || more.length > 0)
    throw new SyntaxProblem(
      span.start,
      "'cel.bind' needs a name, its value and an expression: expected cel.bind(name, value, …)",
    )
  return { kind: 'bind', variable: toVariable(variable), value, body, ...span }
}

const toOptionalBind = (
  name: 'optMap' | 'optFlatMap',
  { nameSpan, receiver, args, span }: CallParts & { nameSpan: Span; receiver: Expression },
): BindExpression => {
  const [variable, body, ...more] = args
  if (variable?.kind !== 'name' || body === undefined || more.length > 0)
    throw new SyntaxProblem(nameSpan.start, `'${name}' needs a name and an expression: expected value.${name}(name, …)`)
  return { kind: 'bind', variable: toVariable(variable), value: receiver, body, optional: name, ...span }
}

const toUnary = (operator: '!' | '-', operand: Expression, span: Span): Expression =>
  operator === '-' && operand.kind === 'literal' && typeof operand.value === 'number'
    ? { kind: 'literal', value: 0 - operand.value, ...span }
    : { kind: 'unary', operator, operand, ...span }

/** cel-js keeps no place for a method's name: it follows the receiver, its closing parentheses, blanks, comments and the dot. */
const findMethodName = (text: string, from: number): number => {
  const gap = /^(?:[\s)]|\/\/[^\n]*)*\.(?:\s|\/\/[^\n]*)*/.exec(text.slice(from))
  return from + (gap?.[0].length ?? 0)
}
