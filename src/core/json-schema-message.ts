/** Writes the errors of `ajv` as one line. */
import type { ErrorObject } from 'ajv/dist/2020.js'
import { didYouMean } from './nearest.ts'
import { explainPointInTime } from './point-in-time.ts'
import { formatValue } from './value-text.ts'

/** The message names so many errors, and counts the others. */
const MOST_TOLD = 3

/** `'/ticket/id' must be string, got 5; '/ticket' must have the field 'text'`. */
export const formatSchemaErrors = (errors: readonly ErrorObject[], value: unknown): string => {
  const told = withoutBranches(errors).map((error) => formatError(error, { errors, value }))
  const distinct = [...new Set(told)]
  const left = distinct.length - MOST_TOLD
  return `${distinct.slice(0, MOST_TOLD).join('; ')}${left > 0 ? `; and ${left} more` : ''}`
}

const isChoice = ({ keyword }: ErrorObject): boolean => keyword === 'anyOf' || keyword === 'oneOf'

/** Drops the errors of branches: a choice in which no branch fits is one finding, not one for each branch. */
const withoutBranches = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const choices = errors.filter(isChoice)
  const inBranch = (error: ErrorObject): boolean =>
    error.keyword === 'if' || choices.some((choice) => choice !== error && isBranchOf(choice, error))
  const left = errors.filter((error) => !inBranch(error))
  return left.length === 0 ? errors : left
}

const isBranchOf = (choice: ErrorObject, error: ErrorObject): boolean =>
  error.schemaPath.startsWith(`${choice.schemaPath}/`) && error.instancePath.startsWith(choice.instancePath)

const formatError = (error: ErrorObject, { errors }: { errors: readonly ErrorObject[]; value: unknown }): string => {
  const { keyword, params, instancePath, data } = error
  const subject = `'${instancePath || '/'}'`
  switch (keyword) {
    case 'required':
      return `${subject} must have the field '${params.missingProperty}'`
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return formatUnknownField(error)
    case 'type':
      return `${subject} must be ${[params.type].flat().join(' or ')}, got ${formatValue(data)}`
    case 'enum':
      return `${subject} must be one of ${params.allowedValues.map(formatValue).join(', ')}, got ${formatValue(data)}`
    case 'const':
      return `${subject} must be ${formatValue(params.allowedValue)}, got ${formatValue(data)}`
    case 'anyOf':
    case 'oneOf':
      return `${subject} must be ${formatChoice(error, errors)}, got ${formatValue(data)}`
    case 'format':
      return `${subject} ${error.message}, got ${formatValue(data)}${explainFormat(params.format, data)}`
    default:
      return `${subject} ${error.message ?? 'is wrong'}, got ${formatValue(data)}`
  }
}

const explainFormat = (format: string, data: unknown): string => {
  const isMeant = format === 'date-time' || (format === 'date' && String(data).length === 'YYYY-MM-DD'.length)
  const why = isMeant ? explainPointInTime(String(data)) : undefined
  return why === undefined ? '' : `: ${why}`
}

const formatUnknownField = ({ instancePath, params, parentSchema }: ErrorObject): string => {
  const name: string = params.additionalProperty ?? params.unevaluatedProperty
  const known = Object.keys(parentSchema?.properties ?? {})
  const hint = didYouMean(name, known) ?? `expected one of ${known.join(', ')}`
  return `'${instancePath}/${name}' is not a known field${known.length === 0 ? '' : `: ${hint}`}`
}

/** Writes `string or null` where the branches differ by type. */
const formatChoice = (choice: ErrorObject, errors: readonly ErrorObject[]): string => {
  if (choice.params.passingSchemas) return 'one of the kinds that are allowed, not several'
  const branches = errors.filter((error) => error !== choice && isBranchOf(choice, error))
  const isPlain = branches.every(
    ({ keyword, instancePath }) => keyword === 'type' && instancePath === choice.instancePath,
  )
  const types = branches.flatMap(({ params }) => [params.type].flat())
  return isPlain && types.length > 0 ? types.join(' or ') : 'one of the kinds that are allowed'
}
