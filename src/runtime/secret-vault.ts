/**
 * The values of secrets, and the two ways they meet a run: placeholders become values on their way to an actor, values
 * become placeholders' names on their way back (J9).
 */
import type { SecretPlace } from '../compiler/expression/secret-places.ts'
import { Fault } from '../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'

/** Shorter values would be found by chance in ordinary text, so they are refused as secrets. */
export const SHORTEST_SECRET = 8

export class SecretVault {
  readonly #values: ReadonlyMap<string, string>
  readonly #pattern: RegExp | undefined
  readonly #names: ReadonlyMap<string, string>

  /** @throws Fault `invalid_input` for a value of fewer than 8 characters */
  constructor(values: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(values))
    this.#names = new Map()
    for (const [name, value] of this.#values) {
      if (value.length < SHORTEST_SECRET)
        throw new Fault(
          'invalid_input',
          `secret '${name}' is too short: expected at least ${SHORTEST_SECRET} characters, got ${value.length}`,
        )
    }
    this.#names = new Map([...this.#values].flatMap(([name, value]) => formsOf(value).map((form) => [form, name])))
    const forms = [...this.#names.keys()].sort((a, b) => b.length - a.length)
    this.#pattern = forms.length === 0 ? undefined : new RegExp(forms.map((form) => RegExp.escape(form)).join('|'), 'g')
  }

  /** @throws Fault `unauthorized` when it is not set */
  get(name: string): string {
    const value = this.#values.get(name)
    if (value !== undefined) return value
    throw new Fault(
      'unauthorized',
      `secret '${name}' has no value here: set it in the environment or under \`secrets\` in troupe.config.yaml`,
    )
  }

  /** The value with these secrets put in. @throws Fault `unauthorized` when one is not set */
  resolve(value: JsonValue, places: readonly SecretPlace[]): JsonValue {
    return places.reduce((resolved, { path, name }) => putAt(resolved, path, this.get(name)), value)
  }

  /** The value with every occurrence of a secret's value, in texts and in keys, replaced by `[secret NAME]`. */
  redact<T extends JsonValue>(value: T): T
  redact(value: JsonValue): JsonValue {
    if (this.#pattern === undefined) return value
    if (typeof value === 'string') return this.#redactText(value)
    if (Array.isArray(value)) return value.map((item) => this.redact(item))
    return isJsonObject(value)
      ? mapObject(
          value,
          (item) => this.redact(item),
          (key) => this.#redactText(key),
        )
      : value
  }

  #redactText(text: string): string {
    if (this.#pattern === undefined) return text
    return text.replace(this.#pattern, (form) => `[secret ${this.#names.get(form) ?? ''}]`)
  }
}

const putAt = (value: JsonValue, [key, ...path]: readonly (string | number)[], secret: string): JsonValue => {
  if (key === undefined) return secret
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? putAt(item, path, secret) : item))
  return isJsonObject(value) ? { ...value, [key]: putAt(value[key] ?? null, path, secret) } : value
}

/** How a secret may come back: as it is, in a URL or a form, in Base64 (also as a part of a longer text), inside JSON text. */
const formsOf = (value: string): string[] => {
  const inUrl = encodeURIComponent(value)
  const strictly = inUrl.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  const inBase64 = [0, 1, 2].map((before) => toBase64Part(value, before))
  return [
    ...new Set([
      value,
      ...[inUrl, strictly].flatMap((form) => [form, form.replace(/%20/g, '+'), form.replace(/%../g, toLowerCase)]),
      Buffer.from(value).toString('base64'),
      ...inBase64.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]),
      JSON.stringify(value).slice(1, -1),
    ]),
  ]
}

const toLowerCase = (text: string): string => text.toLowerCase()

/** What Base64 makes of a value wherever it stands behind this many bytes: without the digits that it shares with others. */
const toBase64Part = (value: string, before: number): string => {
  const bytes = Buffer.from('\0'.repeat(before) + value)
  const whole = Math.floor((bytes.length * 8) / 6)
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), whole)
}

const mapObject = (
  value: JsonObject,
  mapValue: (item: JsonValue) => JsonValue,
  mapKey = (key: string): string => key,
): JsonObject => Object.fromEntries(Object.entries(value).map(([key, item]) => [mapKey(key), mapValue(item)]))
