/** A place in a workflow to evaluate and check expressions at: its names, their types and their values. */

import type { ExpressionText, ValueNode } from '../../../src/compiler/document.ts'
import type { CheckedExpression } from '../../../src/compiler/expression/check-expression.ts'
import { checkExpression, type ExpressionNames } from '../../../src/compiler/expression/check-expression.ts'
import { type Bindings, compileExpression } from '../../../src/compiler/expression/compile-expression.ts'
import { splitTemplate } from '../../../src/compiler/expression/interpolation.ts'
import type { Type } from '../../../src/compiler/expression/type.ts'
import { typeOfSchema } from '../../../src/compiler/expression/type-of-schema.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { JsonSchema } from '../../../src/core/json-schema.ts'

export interface Scene {
  roots: Record<string, Type>
  steps: Record<string, Type>
  secrets?: string[]
}

const closed = (properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const TEXT: JsonSchema = { type: 'string' }

const ITEM = closed({ name: TEXT, price: { type: 'number' }, tag: { enum: ['a', 'b', null] } }, ['name', 'price'])

const GRADE: JsonSchema = {
  oneOf: [
    closed({ ok: { const: true }, value: closed({ points: { type: 'number' } }) }),
    closed({ ok: { const: false }, error: closed({ code: TEXT, message: TEXT }) }),
  ],
}

export const SCENE: Scene = {
  roots: {
    input: typeOfSchema(
      closed(
        {
          ticket: closed({ id: TEXT, text: TEXT }),
          max_drafts: { type: 'integer' },
          note: TEXT,
          maybe: { type: ['string', 'null'] },
          items: { type: 'array', items: ITEM },
          free: {},
          open: { type: 'object' },
        },
        ['ticket', 'max_drafts', 'maybe', 'items', 'free', 'open'],
      ),
    ),
    iter: typeOfSchema(closed({ count: { type: 'integer' }, first: { type: 'boolean' } })),
    grades: typeOfSchema({ type: 'array', items: GRADE }),
  },
  steps: {
    classify: typeOfSchema(closed({ label: { enum: ['bug', 'billing', 'other'] }, score: { type: 'number' } })),
    review: typeOfSchema(closed({ ok: { type: 'boolean' }, why: TEXT })),
  },
  secrets: ['TOKEN'],
}

const FAULT = typeOfSchema(closed({ code: TEXT, message: TEXT }))

export const toNames = ({ roots, steps, secrets }: Scene): ExpressionNames => {
  const outputs = new Map(Object.entries(steps))
  return {
    root: (name) => (Object.hasOwn(roots, name) ? roots[name] : undefined),
    rootNames: () => Object.keys(roots),
    step(id) {
      const output = outputs.get(id)
      return output === undefined ? undefined : { output, error: FAULT }
    },
    stepIds: () => [...outputs.keys()],
    hiddenStep: (id) => (id === 'grade' ? "it runs inside foreach 'grades'" : undefined),
    secrets: () => secrets,
  }
}

/** Offsets are indices plus `shift`. */
export const toText = (text: string, shift = 0): ExpressionText => ({
  text,
  range: { start: shift, end: shift + text.length },
  toOffset: (index) => index + shift,
})

export const check = (text: string, scene: Scene = SCENE): CheckedExpression =>
  checkExpression(toText(text), toNames(scene))

export interface Data {
  roots: JsonObject
  steps: JsonObject
}

export const DATA: Data = {
  roots: {
    input: {
      ticket: { id: 't-1', text: 'My invoice is wrong' },
      max_drafts: 3,
      maybe: null,
      items: [
        { name: 'tea', price: 3.5, tag: 'a' },
        { name: 'cup', price: 8 },
      ],
      free: { deep: [1, { x: 'y' }] },
      open: { a: 1 },
    },
    iter: { count: 1, first: true },
    grades: [
      { ok: true, value: { points: 7 } },
      { ok: false, error: { code: 'timeout', message: 'too slow' } },
    ],
  },
  steps: {
    classify: { status: 'completed', output: { label: 'billing', score: 0.9 }, attempts: 1, entered: 'of the host' },
    review: { status: 'pending', attempts: 0 },
  },
}

export const toBindings = (data: Data): Bindings<Data> => ({
  root: (name) => (Object.hasOwn(data.roots, name) ? ({ roots }) => roots[name] : undefined),
  step: (id) => (Object.hasOwn(data.steps, id) ? ({ steps }) => steps[id] : undefined),
})

export const evaluate = (text: string, data: Data = DATA): JsonValue =>
  compileExpression({ text }, toBindings(data))(data)

/** A value node of plain data, with strings read as the YAML reader does. Ranges are all the same. */
export const toNode = (value: JsonValue): ValueNode => {
  const range = { start: 0, end: 1 }
  if (Array.isArray(value)) return { kind: 'list', items: value.map(toNode), range }
  if (typeof value === 'string') return toTextNode(value)
  if (typeof value !== 'object' || value === null) return { kind: 'literal', value, range }
  const entries = Object.entries(value).map(([key, item]) => ({ key: { value: key, range }, value: toNode(item) }))
  return { kind: 'map', entries, range }
}

const toTextNode = (text: string): ValueNode => {
  const range = { start: 0, end: text.length }
  const template = splitTemplate(text)
  if (!('parts' in template)) throw new Error(template.error)
  const parts = template.parts.map((part) => (typeof part === 'string' ? part : toText(part.text, part.start)))
  const [only] = parts
  if (parts.length === 1 && typeof only === 'object') return { kind: 'expression', expression: only, range }
  if (parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: parts.join(''), range }
  return { kind: 'template', parts, range }
}
