/**
 * The static types of the expression language. One number type (with `integer` only as a note for messages would be a
 * second one: there is none). `any` fits everywhere; `never` is the type of an expression that can't have a value.
 */
import type { JsonValue } from '../../core/json.ts'

export type Type =
  | { kind: 'any' }
  | { kind: 'never' }
  | { kind: 'null' }
  | { kind: 'boolean' }
  | { kind: 'number' }
  | { kind: 'string' }
  /** One known value: an enum literal, or a literal in the text. */
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'list'; item: Type }
  /** `rest` is the type of fields that are not listed; undefined: closed. */
  | { kind: 'object'; fields: Map<string, Field>; rest?: Type }
  /** At least two members, none of them a union. */
  | { kind: 'union'; members: Type[] }
  /** What `.?` and `[?]` give until `orValue` or `has` unwraps it. */
  | { kind: 'optional'; value: Type }
  /** The placeholder that `secrets.NAME` is. */
  | { kind: 'secret' }

export interface Field {
  type: Type
  optional: boolean
}

export type LiteralValue = Extract<JsonValue, string | number | boolean>
