/** Shows schemas of the OpenAPI document as HTML: a type as a few words, the fields of an object as a list. */
import { html } from 'hono/html'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { entriesOf, toList, toObject, toText } from './read-document.ts'
import { type Html, showText } from './show-text.ts'

const REFERENCE = '#/components/schemas/'

export const anchorOf = (name: string): string => `schema-${name}`

/** `list of Run`, `text or null`, with links to named schemas. */
export const showType = (schema: JsonObject): Html => {
  const reference = toText(schema.$ref)
  if (reference !== '') return showLink(reference.slice(REFERENCE.length))
  const choices = [...toList(schema.anyOf), ...toList(schema.oneOf), ...toList(schema.allOf)]
  if (choices.length > 0) return joinTypes(choices.map((choice) => showType(toObject(choice))))
  if ('const' in schema) return showValues([schema.const ?? null])
  if (schema.enum !== undefined) return showValues(toList(schema.enum))
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? 'any']
  if (types.length > MOST_TYPES) return html`any JSON`
  return joinTypes(types.map((type) => showPlain(toText(type), schema)))
}

/** More than these are all that JSON has. */
const MOST_TYPES = 5

const showLink = (name: string): Html => html`<a href="#${anchorOf(name)}">${name}</a>`

const joinTypes = (types: readonly Html[]): Html =>
  html`${types.map((type, place) => (place === 0 ? type : html` or ${type}`))}`

const showValues = (values: readonly JsonValue[]): Html =>
  html`${values.map((value, place) => html`${place === 0 ? '' : ', '}<code>${JSON.stringify(value)}</code>`)}`

const WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['integer', 'whole number'],
  ['boolean', 'true or false'],
])

const showPlain = (type: string, schema: JsonObject): Html => {
  if (type === 'array') return html`list of ${showType(toObject(schema.items))}`
  if (type === 'object' && schema.properties === undefined && schema.additionalProperties !== undefined)
    return html`object of ${showType(toObject(schema.additionalProperties))}`
  const format = toText(schema.format)
  return html`${WORDS.get(type) ?? type}${format === '' ? '' : ` (${format})`}${describeBounds(schema)}`
}

const describeBounds = ({ minimum, maximum, minLength, maxLength }: JsonObject): string => {
  const bounds = [
    ...(typeof minimum === 'number' && Number.isSafeInteger(minimum) && minimum > Number.MIN_SAFE_INTEGER
      ? [`from ${minimum}`]
      : []),
    ...(typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? [`to ${maximum}`] : []),
    ...(typeof minLength === 'number' ? [`at least ${minLength} long`] : []),
    ...(typeof maxLength === 'number' ? [`at most ${maxLength} long`] : []),
  ]
  return bounds.length === 0 ? '' : `, ${bounds.join(', ')}`
}

/** The fields of an object, with those of the objects in them. */
export const showFields = (schema: JsonObject): Html => {
  const required = toList(schema.required)
  const fields = entriesOf(schema.properties).map(([name, value]) => {
    const field = toObject(value)
    const inner = innerOf(field)
    return html`<li>
      <code class="name">${name}</code> <span class="type">${showType(field)}</span>
      ${required.includes(name) ? '' : html`<span class="note">· may be absent</span>`}
      ${showText(toText(field.description))}
      ${inner === undefined ? '' : showFields(inner)}
    </li>`
  })
  return fields.length === 0 ? html`` : html`<ul class="fields">${fields}</ul>`
}

/** The object that a field is, or has items of, unless it has a name. */
const innerOf = (field: JsonObject): JsonObject | undefined => {
  if (field.properties !== undefined) return field
  const choices = [...toList(field.anyOf), ...toList(field.oneOf)].map((choice) => innerOf(toObject(choice)))
  return (
    choices.find((choice) => choice !== undefined) ??
    (field.items === undefined ? undefined : innerOf(toObject(field.items)))
  )
}
