/**
 * Maps types of the language to types of TypeScript. It covers the shorthand and the common keywords of JSON Schema. Any other type
 * maps to `JsonValue`, which is never wrong.
 */
import type { BlobRef } from '../core/actor.ts'
import type { JsonValue } from '../core/json.ts'

/** The values of a type: `ValueOf<{ id: 'string', 'note?': 'string' }>` is `{ id: string; note?: string }`. */
export type ValueOf<T> = T extends string
  ? NamedValue<T>
  : T extends readonly [infer Item]
    ? ValueOf<Item>[]
    : string extends keyof T
      ? JsonValue
      : IsSchema<T> extends true
        ? SchemaValue<T>
        : FieldValues<T>

interface NamedValues {
  string: string
  number: number
  integer: number
  boolean: boolean
  null: null
  any: JsonValue
  blob: BlobRef
}

/** `string`, `string[]`, `[string]`, `string | null`. */
type NamedValue<T extends string> = T extends keyof NamedValues
  ? NamedValues[T]
  : T extends `${infer First} | ${infer Rest}`
    ? NamedValue<First> | NamedValue<Rest>
    : T extends `${infer Item}[]` | `[${infer Item}]`
      ? NamedValue<Item>[]
      : JsonValue

/** A closed object; `field?` may be missing. */
type FieldValues<T> = Flat<
  { -readonly [K in keyof T as K extends `${string}?` ? never : K]: ValueOf<T[K]> } & {
    -readonly [K in keyof T as K extends `${infer Name}?` ? Name : never]?: ValueOf<T[K]>
  }
>

type SchemaTypeName = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'

type SchemaKeyword =
  | 'type'
  | 'enum'
  | 'const'
  | 'title'
  | 'description'
  | 'default'
  | 'examples'
  | '$comment'
  | 'deprecated'
  | 'readOnly'
  | 'writeOnly'
  | 'format'
  | 'pattern'
  | 'minLength'
  | 'maxLength'
  | 'minimum'
  | 'maximum'
  | 'exclusiveMinimum'
  | 'exclusiveMaximum'
  | 'multipleOf'
  | 'items'
  | 'minItems'
  | 'maxItems'
  | 'uniqueItems'
  | 'properties'
  | 'required'
  | 'additionalProperties'
  | 'minProperties'
  | 'maxProperties'
  | 'anyOf'
  | 'oneOf'
  | 'allOf'
  | '$ref'
  | '$defs'
  | 'not'
  | 'if'
  | 'then'
  | 'else'
  | 'prefixItems'
  | 'patternProperties'

/** A map is JSON Schema when each of its keys is a keyword and one of them names the type. */
type IsSchema<T> = [Exclude<keyof T, SchemaKeyword>] extends [never]
  ? T extends
      | { type: SchemaTypeName | readonly SchemaTypeName[] }
      | { enum: readonly unknown[] }
      | { const: unknown }
      | { anyOf: unknown }
      | { oneOf: unknown }
      | { allOf: unknown }
      | { $ref: unknown }
    ? true
    : false
  : false

type SchemaValue<T> = T extends { const: infer Value }
  ? Value
  : T extends { enum: readonly (infer Value)[] }
    ? Value
    : T extends { anyOf: readonly (infer Schema)[] } | { oneOf: readonly (infer Schema)[] }
      ? SchemaValue<Schema>
      : T extends { type: 'object'; properties: infer Properties }
        ? SchemaFields<Properties, T extends { required: readonly (infer Name)[] } ? Name : never>
        : T extends { type: 'array'; items: infer Item }
          ? SchemaValue<Item>[]
          : T extends { type: readonly (infer Name)[] }
            ? SimpleValue<Name>
            : T extends { type: infer Name }
              ? SimpleValue<Name>
              : JsonValue

type SimpleValue<Name> = Name extends 'array'
  ? JsonValue[]
  : Name extends 'object'
    ? { [key: string]: JsonValue }
    : Name extends keyof NamedValues
      ? NamedValues[Name]
      : JsonValue

type SchemaFields<Properties, Required> = Flat<
  { -readonly [K in keyof Properties as K extends Required ? K : never]: SchemaValue<Properties[K]> } & {
    -readonly [K in keyof Properties as K extends Required ? never : K]?: SchemaValue<Properties[K]>
  }
>

/** Editors show the type as one object. */
type Flat<T> = { [K in keyof T]: T[K] }
