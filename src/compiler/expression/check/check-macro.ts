import type { BindExpression, MacroExpression, Variable } from '../expression.ts'
import type { MacroName } from '../macro-forms.ts'
import {
  ANY,
  describeType,
  isAssignable,
  listOf,
  membersOf,
  NUMBER,
  objectOf,
  optionalOf,
  STRING,
  type Type,
  unionOf,
  unwrap,
  withoutLiterals,
  withoutNull,
} from '../type.ts'
import { checkCondition } from './check-operator.ts'
import { type CheckContext, checkExpected, checkNotNull, checkPresent, textOf, withFacts } from './context.ts'
import { factsWhen } from './narrow.ts'

export const checkBind = ({ variable, value, body, optional }: BindExpression, context: CheckContext): Type => {
  if (optional === undefined) return context.check(body, declare(context, variable, checkPresent(value, context)))
  const type = context.check(value, context)
  const inner = declare(context, variable, type.kind === 'secret' ? ANY : withoutNull(unwrap(type)))
  return optionalOf(optional === 'optMap' ? checkPresent(body, inner) : unwrap(context.check(body, inner)))
}

const declare = (context: CheckContext, variable: Variable, type: Type): CheckContext => ({
  ...context,
  locals: new Map(context.locals).set(variable.name, { type, path: pathOfVariable(variable) }),
})

const pathOfVariable = ({ name, start }: Variable): string => `${name}#${start}`

interface Scope {
  node: MacroExpression
  /** Type of the elements. */
  item: Type
  /** With the variables, and what the filter has shown. */
  inner: CheckContext
}

export const checkMacro = (node: MacroExpression, context: CheckContext): Type => {
  const container = checkNotNull(node.list, context)
  if (node.macro === 'reduce') return checkReduce(node, container, context)
  const [first, second] = node.variables
  const members = membersOf(container).map((member) => elementsOf(member, node, context))
  const item = unionOf(members.map((member) => (second === undefined ? member.single : member.value)))
  const outer = second === undefined ? context : declare(context, first, unionOf(members.map(({ key }) => key)))
  const declared = declare(outer, second ?? first, item)
  if (node.filter === undefined) return RESULTS[node.macro]({ node, item, inner: declared })
  checkCondition(node.filter, declared)
  return RESULTS[node.macro]({ node, item, inner: withFacts(declared, factsWhen(true, node.filter, declared)) })
}

interface ElementTypes {
  key: Type
  value: Type
  /** Type of the only variable: the items of a list, the keys of an object. */
  single: Type
}

const elementsOf = (type: Type, node: MacroExpression, context: CheckContext): ElementTypes => {
  const takesObject = node.macro !== 'unique_by' && node.macro !== 'group_by'
  if (type.kind === 'list' && node.macro !== 'transformMap') return { key: NUMBER, value: type.item, single: type.item }
  if (type.kind === 'object' && takesObject) {
    const types = [...type.fields.values()].map((field) => field.type)
    return { key: STRING, value: unionOf(type.rest === undefined ? types : [...types, type.rest]), single: STRING }
  }
  if (type.kind !== 'any' && type.kind !== 'never') {
    const taken = node.macro === 'transformMap' ? 'an object' : takesObject ? 'a list or an object' : 'a list'
    context.report('type_mismatch', node.list, {
      message: `'${node.macro}' takes ${taken}: '${textOf(node.list, context)}' is ${describeType(type)}`,
    })
  }
  return { key: ANY, value: ANY, single: ANY }
}

const checkTest = ({ node, inner }: Scope): Type => checkCondition(node.body, inner)

const checkFilter = (scope: Scope): Type => {
  const { node, item, inner } = scope
  checkTest(scope)
  return listOf(factsWhen(true, node.body, inner).get(pathOfVariable(node.variables[0])) ?? item)
}

const checkBody = ({ node, inner }: Scope): Type => checkPresent(node.body, inner)

const checkGroups = ({ node, item, inner }: Scope): Type => {
  checkExpected(node.body, { expected: STRING, taker: 'the key of a group is text' }, inner)
  return objectOf({}, listOf(item))
}

const checkEntries = ({ node, inner }: Scope): Type => {
  const type = checkExpected(node.body, { expected: objectOf({}, ANY), taker: 'an entry is an object' }, inner)
  if (type.kind !== 'object') return objectOf({}, ANY)
  const types = [...type.fields.values()].map((field) => field.type)
  return objectOf({}, unionOf(type.rest === undefined ? types : [...types, type.rest]))
}

const RESULTS: Record<Exclude<MacroName, 'reduce'>, (scope: Scope) => Type> = {
  all: checkTest,
  exists: checkTest,
  exists_one: checkTest,
  filter: checkFilter,
  map: (scope) => listOf(checkBody(scope)),
  transformList: (scope) => listOf(checkBody(scope)),
  transformMap: (scope) => objectOf({}, checkBody(scope)),
  transformMapEntry: checkEntries,
  unique_by(scope) {
    checkBody(scope)
    return listOf(scope.item)
  },
  group_by: checkGroups,
}

/** Rounds in which the type of a total may grow before it counts as any. */
const MOST_ROUNDS = 4

/** The total has the type of the initial value, or one that grows until the body gives no other. Problems of the first round that has any are reported. */
const checkReduce = (node: MacroExpression, container: Type, context: CheckContext): Type => {
  const [total, element] = node.variables
  const item = unionOf(membersOf(container).map((member) => elementsOf(member, node, context).single))
  const initial = node.initial === undefined ? ANY : checkPresent(node.initial, context)
  const outer = element === undefined ? context : declare(context, element, item)
  let type = withoutLiterals(initial)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const problems: Parameters<CheckContext['report']>[] = []
    const report: CheckContext['report'] = (...problem) => problems.push(problem)
    const read: CheckContext['read'] = round === 0 ? context.read : () => {}
    const next = widen(type, checkPresent(node.body, { ...declare(outer, total, type), report, read }))
    for (const problem of problems) context.report(...problem)
    if (problems.length > 0) return ANY
    if (next === type) return type
    type = next
  }
  return ANY
}

const widen = (type: Type, result: Type): Type => {
  if (type.kind === 'any' || result.kind === 'any') return type.kind === 'any' ? type : ANY
  const other = withoutLiterals(result)
  if (isAssignable(other, type)) return type
  return isAssignable(type, other) ? other : unionOf([type, other])
}
