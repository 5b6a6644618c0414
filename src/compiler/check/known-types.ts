/** Types of the names that the language itself gives to expressions. */
import { BLOB_SCHEMA, type JsonSchema } from '../../core/json-schema.ts'
import { END_STATUSES } from '../../core/machine-ends.ts'
import type { Trigger } from '../document.ts'
import {
  ANY,
  BOOLEAN,
  listOf,
  literalOf,
  NULL,
  NUMBER,
  objectOf,
  STRING,
  type Type,
  unionOf,
} from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'

/** `run`. */
export const RUN: Type = objectOf({ id: STRING, started_at: STRING })

/** `run` in `finally`. */
export const ENDED_RUN: Type = objectOf({
  id: STRING,
  started_at: STRING,
  status: unionOf(END_STATUSES.map(literalOf)),
})

/** `iter`. */
export const ITERATION: Type = objectOf({ count: NUMBER, first: BOOLEAN })

/** `error`, and `steps.<id>.error`. */
export const FAULT: Type = objectOf({ code: STRING, message: STRING, details: objectOf({}, ANY) })

/** `error` in `finally`. */
export const MAYBE_FAULT: Type = unionOf([FAULT, NULL])

/** Result of a foreach item or of a branch whose fault is kept beside the results of the others. */
export const settledOf = (value: Type): Type =>
  unionOf([objectOf({ ok: literalOf(true), value }), objectOf({ ok: literalOf(false), error: FAULT })])

/** Values that have a text: strings as they are, everything else as JSON. */
export const PRINTABLE: Type = unionOf([STRING, NUMBER, BOOLEAN, listOf(ANY), objectOf({}, ANY)])

/** Output of steps without a result. */
export const NOTHING: Type = objectOf({})

/** Output of an `llm` step without `returns`. */
export const LLM_TEXT: Type = objectOf({ text: STRING })

/** Type of the values that fit a schema; anything without a schema. */
export const typeOf = (schema: JsonSchema | undefined): Type => (schema === undefined ? ANY : typeOfSchema(schema))

const TEXTS: Type = objectOf({}, STRING)

const CHAT_EVENT: Type = objectOf({
  id: STRING,
  chat: STRING,
  from: STRING,
  text: STRING,
  media: listOf(typeOfSchema(BLOB_SCHEMA)),
})

/** `event`, by kind of trigger. */
export const EVENTS: Readonly<Record<Trigger['kind'], Type>> = {
  nats: objectOf({ subject: STRING, headers: TEXTS, data: ANY }),
  webhook: objectOf({ id: STRING, headers: TEXTS, query: TEXTS, data: ANY }),
  schedule: objectOf({ at: STRING }),
  telegram: CHAT_EVENT,
  whatsapp: CHAT_EVENT,
}
