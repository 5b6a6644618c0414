/** Reads from the OpenAPI document what the page shows. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'

export interface ShownDocument {
  version: string
  /** Operations by their tag, in the order of the document. */
  groups: ReadonlyMap<string, readonly ShownOperation[]>
  schemas: readonly { name: string; schema: JsonObject }[]
}

export interface ShownOperation {
  id: string
  method: string
  path: string
  summary: string
  /** Scope that a token needs. Undefined: none is asked. */
  scope: string | undefined
  parameters: readonly ShownField[]
  /** Undefined: there is none. */
  body: { schema: JsonObject; isRequired: boolean } | undefined
  answers: readonly ShownAnswer[]
}

export interface ShownField {
  name: string
  /** `path`, `query` or `header`. */
  place: string
  isRequired: boolean
  description: string
  schema: JsonObject
}

export interface ShownAnswer {
  status: string
  description: string
  type: string
  schema: JsonObject
}

export const readDocument = (document: JsonObject): ShownDocument => {
  const operations = entriesOf(document.paths).flatMap(([path, methods]) =>
    entriesOf(methods).map(([method, operation]) => readOperation({ path, method, operation: toObject(operation) })),
  )
  return {
    version: toText(toObject(document.info).version),
    groups: Map.groupBy(operations, ({ tag }) => tag),
    schemas: entriesOf(toObject(document.components).schemas)
      .map(([name, schema]) => ({ name, schema: toObject(schema) }))
      .sort((one, other) => one.name.localeCompare(other.name)),
  }
}

const readOperation = ({
  path,
  method,
  operation,
}: {
  path: string
  method: string
  operation: JsonObject
}): ShownOperation & { tag: string } => {
  const [needed] = toList(operation.security)
  const [scope] = toList(toObject(needed).token)
  const body = toObject(operation.requestBody)
  return {
    tag: toText(toList(operation.tags)[0]),
    id: toText(operation.operationId),
    method: method.toUpperCase(),
    path,
    summary: toText(operation.summary),
    scope: scope === undefined ? undefined : toText(scope),
    parameters: toList(operation.parameters).map((parameter) => readParameter(toObject(parameter))),
    body:
      operation.requestBody === undefined
        ? undefined
        : { schema: firstContent(body).schema, isRequired: body.required === true },
    answers: entriesOf(operation.responses).map(([status, answer]) => ({
      status,
      description: toText(toObject(answer).description),
      ...firstContent(toObject(answer)),
    })),
  }
}

const readParameter = ({ name, in: place, required, description, schema }: JsonObject): ShownField => ({
  name: toText(name),
  place: toText(place),
  isRequired: required === true,
  description: toText(description),
  schema: toObject(schema),
})

/** No operation has several. */
const firstContent = ({ content }: JsonObject): { type: string; schema: JsonObject } => {
  const [[type, media] = ['', {}]] = entriesOf(content)
  return { type, schema: toObject(toObject(media).schema) }
}

export const entriesOf = (value: JsonValue | undefined): [string, JsonValue][] => Object.entries(toObject(value))

export const toObject = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})

export const toList = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : [])

export const toText = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
