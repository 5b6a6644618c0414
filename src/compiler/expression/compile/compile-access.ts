import { countOf } from '../../../core/count.ts'
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import { describeValue, type Evaluation, fail, type Value } from '../evaluation.ts'
import {
  type Expression,
  type FieldExpression,
  type HasExpression,
  type IndexExpression,
  isOptionalChain,
  type NameExpression,
  toOptionalChain,
} from '../expression.ts'
import { type CompileContext, compileValueOf, failing, type Run, shortText } from './context.ts'

/** Names that every object inherits: only for these must a read ask whether the property is its own. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype))

/** The fields of a step's record that expressions see; the host may keep more in it. */
const STEP_FIELDS = ['status', 'output', 'error', 'attempts']

export const compileName = (node: NameExpression, context: CompileContext): Run => {
  const slot = context.locals.get(node.name)
  if (slot !== undefined) return ({ locals }) => locals[slot]
  const read = context.root(node.name)
  if (read === undefined) return failing(`'${node.name}' is not known here`, node.start)
  return ({ env }) => {
    const value = read(env)
    return value === undefined ? fail(`'${node.name}' has no value here`, node.start) : value
  }
}

export const compileField = (node: FieldExpression, context: CompileContext): Run => {
  if (isRoot(node.object, 'secrets', context)) return compileSecret(node)
  if (isRoot(node.object, 'steps', context)) return compileStep(node, context)
  const object = node.object.kind === 'field' ? node.object : undefined
  if (object !== undefined && isRoot(object.object, 'steps', context))
    return compileStepField({ node, id: object.name, isOptional: node.optional || object.optional }, context)
  return isOptionalChain(node) ? compileOptionalField(node, context) : compileRequiredField(node, context)
}

const isRoot = (node: Expression, name: string, { locals }: CompileContext): boolean =>
  node.kind === 'name' && node.name === name && !locals.has(name)

const compileSecret = ({ name }: FieldExpression): Run => {
  const placeholder = Object.freeze({ $secret: name })
  return () => placeholder
}

const compileStep = ({ name, start }: FieldExpression, { step }: CompileContext): Run => {
  const read = step(name)
  if (read === undefined) return failing(`step '${name}' can't be read here`, start)
  return ({ env }) => {
    const record = read(env)
    if (!isJsonObject(record)) return fail(`step '${name}' has no record`, start)
    const seen: JsonObject = {}
    for (const field of STEP_FIELDS) {
      const value = record[field]
      if (value !== undefined) seen[field] = value
    }
    return seen
  }
}

interface StepField {
  node: FieldExpression
  id: string
  isOptional: boolean
}

const compileStepField = ({ node, id, isOptional }: StepField, { step }: CompileContext): Run => {
  const { name, start } = node
  const read = step(id)
  if (read === undefined) return failing(`step '${id}' can't be read here`, start)
  if (!STEP_FIELDS.includes(name)) return failing(`a step has no field '${name}'`, start)
  return ({ env }) => {
    const record = read(env) as JsonObject | undefined
    const value = record?.[name]
    if (value !== undefined || isOptional) return value
    return fail(`step '${id}' has no ${name}: its status is ${describeValue(record?.status)}`, start)
  }
}

const compileRequiredField = (node: FieldExpression, context: CompileContext): Run => {
  const object = context.compile(node.object, context)
  const { name } = node
  const owner = shortText(node.object, context)
  const position = node.nameSpan.start
  if (INHERITED.has(name))
    return (evaluation) => {
      const value = object(evaluation)
      return isJsonObject(value) && Object.hasOwn(value, name)
        ? value[name]
        : failField({ value, owner, name, position })
    }
  return (evaluation) => {
    const value = object(evaluation)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const field = value[name]
      if (field !== undefined) return field
    }
    return failField({ value, owner, name, position })
  }
}

const failField = (miss: { value: Value; owner: string; name: string; position: number }): never => {
  const { value, owner, name, position } = miss
  return isJsonObject(value)
    ? fail(`${owner} has no field '${name}'`, position)
    : fail(`${owner} is ${describeValue(value)} and has no field '${name}'`, position)
}

const compileOptionalField = (node: FieldExpression, context: CompileContext): Run => {
  const object = context.compile(node.object, context)
  const { name } = node
  return (evaluation) => {
    const value = object(evaluation)
    return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
}

export const compileIndex = (node: IndexExpression, context: CompileContext): Run => {
  if (isRoot(node.object, 'steps', context) || isRoot(node.object, 'secrets', context))
    return failing(`${shortText(node.object, context)} can't be read by a computed name`, node.start)
  const object = context.compile(node.object, context)
  const index = compileValueOf(node.index, context)
  const owner = shortText(node.object, context)
  const isOptional = isOptionalChain(node)
  return (evaluation) => {
    const value = object(evaluation)
    if (isOptional && (value === undefined || value === null)) return undefined
    const found = readIndex(value, index(evaluation), { owner, position: node.start })
    return found === undefined && !isOptional ? failIndex(value, index, { owner, node, evaluation }) : found
  }
}

/** Undefined when there is nothing under the index. */
const readIndex = (value: Value, index: Value, place: { owner: string; position: number }): Value => {
  if (Array.isArray(value)) {
    if (typeof index === 'number' && Number.isInteger(index)) return index < 0 ? undefined : value[index]
    return fail(`${describeValue(index)} is no index of a list: expected a whole number`, place.position)
  }
  if (!isJsonObject(value))
    return fail(`${place.owner} is ${describeValue(value)}: expected a list or an object`, place.position)
  if (typeof index === 'string') return Object.hasOwn(value, index) ? value[index] : undefined
  return fail(`${describeValue(index)} is no key of an object: expected text`, place.position)
}

const failIndex = (
  value: Value,
  index: Run,
  { owner, node, evaluation }: { owner: string; node: IndexExpression; evaluation: Evaluation },
): never => {
  const shown = describeValue(index(evaluation))
  return Array.isArray(value)
    ? fail(`index ${shown} is out of range: ${owner} has ${countOf(value.length, 'item')}`, node.index.start)
    : fail(`${owner} has no field ${shown}`, node.index.start)
}

export const compileHas = ({ operand }: HasExpression, context: CompileContext): Run => {
  const run = context.compile(toOptionalChain(operand), context)
  return (evaluation) => run(evaluation) !== undefined
}
