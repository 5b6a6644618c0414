import { type FieldExpression, type IndexExpression, isOptionalChain } from '../expression.ts'
import { findFunction } from '../function-table.ts'
import {
  ANY,
  describeType,
  mayBeNull,
  membersOf,
  NEVER,
  type ObjectType,
  optionalOf,
  SECRET,
  STRING,
  type Type,
  unionOf,
  unwrap,
  withoutNull,
} from '../type.ts'
import { reportUnknownName } from './check-name.ts'
import { checkStepField, checkStepRecord } from './check-step.ts'
import {
  type CheckContext,
  checkExpected,
  hasValue,
  isRootName,
  pathOf,
  type Rewrite,
  respell,
  rewrite,
  substituteFor,
  textOf,
} from './context.ts'

export const checkField = (node: FieldExpression, context: CheckContext): Type => {
  const fact = context.facts.get(pathOf(node, context) ?? '')
  if (fact !== undefined) return isOptionalChain(node) ? optionalOf(fact) : fact
  const { object } = node
  if (isRootName(object, 'secrets', context)) return checkSecret(node, context)
  if (isRootName(object, 'steps', context)) return checkStepRecord(node, context)
  if (object.kind === 'field' && isRootName(object.object, 'steps', context))
    return checkStepField(node, object, context)
  const type = checkObject(node, context)
  return isOptionalChain(node) ? optionalOf(type) : type
}

const checkSecret = (node: FieldExpression, { names, root, report }: CheckContext): Type => {
  const declared = names.secrets()
  if (declared === undefined)
    report('secret_misused', node, {
      message: `secret '${node.name}' may not be used here: expected it in 'with', 'verify' or the 'env' of an MCP server`,
    })
  else if (node !== root)
    report('secret_misused', node, {
      message: `secret '${node.name}' must stand alone in \${ }: no operator and no function takes it`,
      hint: `text around it stands outside of \${ }, such as "Bearer \${secrets.${node.name}}"`,
    })
  else if (!declared.includes(node.name))
    report('unknown_secret', node.nameSpan, {
      message: `secret '${node.name}' is not declared: expected ${declared.join(', ') || "a name listed under 'secrets'"}`,
      hint: respell(node.nameSpan, node.name, declared) ?? `add it: secrets: [${[...declared, node.name].join(', ')}]`,
    })
  return SECRET
}

/** The type of the field in what stands before the dot. */
const checkObject = (node: FieldExpression, context: CheckContext): Type => {
  const { object } = node
  if (object.kind === 'name' && !hasValue(object.name, context)) {
    reportUnknownName(object, context, false)
    return ANY
  }
  const type = unwrap(context.check(object, context))
  if (type.kind === 'null' || (mayBeNull(type) && !isOptionalChain(node))) reportNull(node, type, context)
  const members = membersOf(withoutNull(type))
  const found = members.map((member) => readMember(member, node.name))
  const lacking = members.filter((_, index) => found[index] === undefined)
  const isWrong = isOptionalChain(node) ? lacking.length === members.length : lacking.length > 0
  if (isWrong && type.kind !== 'null' && type.kind !== 'never') {
    reportUnknownField(node, { type: withoutNull(type), lacking }, context)
    return ANY
  }
  const fieldType = unionOf(found.flatMap((field) => (field === undefined ? [] : [field.type])))
  if (isOptionalChain(node) || !found.some((field) => field?.optional === true)) return fieldType
  reportMissing(node, fieldType, context)
  return withoutNull(fieldType)
}

interface FoundField {
  type: Type
  optional: boolean
}

/** Undefined: a value of this type has no such field. */
const readMember = (member: Type, name: string): FoundField | undefined => {
  if (member.kind === 'any') return { type: ANY, optional: false }
  if (member.kind === 'never') return { type: NEVER, optional: false }
  if (member.kind !== 'object') return undefined
  const field = member.fields.get(name)
  if (field !== undefined) return field
  // Further fields of an open object are known only at run time.
  return member.rest === undefined ? undefined : { type: member.rest, optional: false }
}

const reportNull = (node: FieldExpression, type: Type, context: CheckContext): void => {
  const shown = textOf(node.object, context)
  context.report('possibly_null', node.object, {
    message: `'${shown}' ${type.kind === 'null' ? 'is' : 'may be'} null and has then no field '${node.name}'`,
    hint: `write ${shown}.?${node.name}.orValue(…)`,
  })
}

const reportMissing = (node: FieldExpression, type: Type, context: CheckContext): void => {
  const shown = textOf(node, context)
  context.report('possibly_null', node, {
    message: `'${shown}' may be missing`,
    hint: `write ${textOf(node.object, context)}.?${node.name}.orValue(${substituteFor(type)}), or test it with has(${shown})`,
  })
}

const reportUnknownField = (
  node: FieldExpression,
  { type, lacking }: { type: Type; lacking: Type[] },
  context: CheckContext,
): void => {
  const shown = textOf(node.object, context)
  const { name, nameSpan } = node
  const objects = lacking.filter((member): member is ObjectType => member.kind === 'object')
  const names = [...new Set(objects.flatMap(({ fields }) => [...fields.keys()]))]
  const isSometimes = lacking.length < membersOf(type).length
  const message = isSometimes
    ? `'${shown}' does not always have the field '${name}': it is ${describeType(type)}`
    : objects.length === 0
      ? `'${shown}' is ${describeType(type)} and has no field '${name}'`
      : `'${shown}' has no field '${name}': expected ${names.join(', ') || 'none: it has no fields'}`
  context.report('unknown_field', nameSpan, {
    message,
    hint: hintField(node, { names, lacking, isSometimes }, context),
  })
}

const hintField = (
  node: FieldExpression,
  { names, lacking, isSometimes }: { names: string[]; lacking: Type[]; isSometimes: boolean },
  context: CheckContext,
): string | Rewrite | undefined => {
  const shown = textOf(node.object, context)
  const { name } = node
  if (isSometimes) return `write ${shown}.?${name}.orValue(…), or test it with has(${textOf(node, context)})`
  const guess = respell(node.nameSpan, name, names)
  if (guess !== undefined) return guess
  if (lacking.every(({ kind }) => kind === 'list') && name !== 'length')
    if (findFunction(name) === undefined)
      return `write ${shown}[0].${name} for one item, ${shown}.map(item, item.${name}) for all`
  if (name === 'length' || name === 'count') return rewrite(node, `size(${shown})`)
  return findFunction(name)?.isMethod === true ? `'${name}' is a function: write ${shown}.${name}(…)` : undefined
}

export const checkIndex = (node: IndexExpression, context: CheckContext): Type => {
  for (const [root, code, form] of [
    ['steps', 'unknown_step_reference', 'steps.<id>'],
    ['secrets', 'secret_misused', 'secrets.NAME'],
  ] as const)
    if (isRootName(node.object, root, context)) {
      context.check(node.index, context)
      context.report(code, node, { message: `'${textOf(node, context)}' is a computed name: expected ${form}` })
      return ANY
    }
  const type = unwrap(context.check(node.object, context))
  if (type.kind !== 'null' && mayBeNull(type) && !isOptionalChain(node)) reportNullIndex(node, context)
  const item = unionOf(membersOf(withoutNull(type)).map((member) => checkMemberIndex(member, node, context)))
  return isOptionalChain(node) ? optionalOf(item) : item
}

const reportNullIndex = (node: IndexExpression, context: CheckContext): void => {
  const shown = textOf(node.object, context)
  const index = textOf(node.index, context)
  context.report('possibly_null', node.object, {
    message: `'${shown}' may be null`,
    hint: `write ${shown}[?${index}].orValue(…)`,
  })
}

const checkMemberIndex = (member: Type, node: IndexExpression, context: CheckContext): Type => {
  if (member.kind === 'list') {
    checkExpected(node.index, { expected: { kind: 'number' }, taker: 'the index of a list is a number' }, context)
    return member.item
  }
  if (member.kind === 'object') {
    checkExpected(node.index, { expected: STRING, taker: 'the key of an object is text' }, context)
    const fields = [...member.fields.values()].map(({ type }) => type)
    return unionOf(member.rest === undefined ? fields : [...fields, member.rest])
  }
  context.check(node.index, context)
  if (member.kind === 'any' || member.kind === 'never') return ANY
  const shown = textOf(node.object, context)
  context.report('type_mismatch', node, {
    message: `'${shown}' is ${describeType(member)}: expected a list or an object before [ ]`,
    hint: member.kind === 'string' ? rewrite(node, `${shown}.charAt(${textOf(node.index, context)})`) : undefined,
  })
  return ANY
}
