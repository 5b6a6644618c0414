/**
 * The values of secrets, and the two ways they meet a run: placeholders become values on their way to an actor, values
 * become placeholders' names on their way back (J9).
 */
import { isUtf8 } from 'node:buffer'
import { Fault, type FaultData } from '../core/fault.ts'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import type { SecretPlace } from '../core/secret-place.ts'
import { SecretPattern, type TextRedactor } from './secret-pattern.ts'

/** Shorter values would be found by chance in ordinary text, so they are refused as secrets. */
export const SHORTEST_SECRET = 8

/** What takes secrets out of all that comes back from actors. */
export interface Redactor {
  /** The value with every occurrence of a secret, in texts, numbers and keys, replaced by `[secret NAME]`. */
  redact<T extends JsonValue>(value: T): T
  /** As `redact`; messages are made to be short, so they may hold a secret that was cut off. */
  redactFault(fault: FaultData): FaultData
  /** For a text that comes in pieces, which may have a secret between them. */
  startText(): TextRedactor
}

export class SecretVault implements Redactor {
  readonly #values: ReadonlyMap<string, string>
  readonly #pattern: SecretPattern | undefined
  /** Secrets that JSON may hold as a number. */
  readonly #numbers: ReadonlyMap<number, string>
  readonly #looksAtNumbers: boolean

  /** @throws Fault `invalid_input` for a value of fewer than 8 characters */
  constructor(values: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(values))
    for (const [name, value] of this.#values) {
      if (value.length < SHORTEST_SECRET)
        throw new Fault(
          'invalid_input',
          `secret '${name}' is too short: expected at least ${SHORTEST_SECRET} characters, got ${value.length}`,
        )
    }
    this.#pattern = this.#values.size === 0 ? undefined : new SecretPattern(this.#values)
    this.#numbers = new Map(
      [...this.#values].flatMap(([name, value]) => numberOf(value).map((number) => [number, name])),
    )
    this.#looksAtNumbers = [...this.#values.values()].some((value) => /^[-+.\de]+$/i.test(value))
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

  redact<T extends JsonValue>(value: T): T {
    const pattern = this.#pattern
    return pattern === undefined ? value : (this.#walk(value, (text) => pattern.replace(text)) as T)
  }

  redactFault(fault: FaultData): FaultData {
    const pattern = this.#pattern
    if (pattern === undefined) return fault
    return this.#walk(fault, (text) => pattern.replaceCut(text)) as FaultData
  }

  /**
   * The bytes of a file, in which a secret stands as text. What is compressed or in another encoding than UTF-8 is not looked into;
   * of a file that is no text, only letters of ASCII are.
   */
  redactBytes(bytes: Uint8Array): Uint8Array {
    if (this.#pattern === undefined) return bytes
    const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding)
    const redacted = this.#pattern.replace(text)
    return redacted === text ? bytes : Buffer.from(redacted, encoding)
  }

  startText(): TextRedactor {
    return this.#pattern?.startText() ?? UNCHANGED
  }

  #walk(value: JsonValue, replace: (text: string) => string): JsonValue {
    if (typeof value === 'string') return replace(value)
    if (typeof value === 'number') return this.#looksAtNumbers ? this.#walkNumber(value, replace) : value
    if (Array.isArray(value)) return value.map((item) => this.#walk(item, replace))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [replace(key), this.#walk(item, replace)]))
  }

  /** A number is a secret when its digits are, or hold one, or are what is left of one as a number: `0012345678`. */
  #walkNumber(value: number, replace: (text: string) => string): JsonValue {
    const name = this.#numbers.get(value)
    if (name !== undefined) return `[secret ${name}]`
    const text = String(value)
    const replaced = replace(text)
    return replaced === text ? value : replaced
  }
}

const UNCHANGED: TextRedactor = { push: (piece) => piece, end: () => '' }

/** The number that a secret is to JSON; none when it is too short for a secret then. */
const numberOf = (value: string): number[] => {
  const number = Number(value)
  return Number.isFinite(number) && String(number).length >= SHORTEST_SECRET ? [number] : []
}

const putAt = (value: JsonValue, [key, ...path]: readonly (string | number)[], secret: string): JsonValue => {
  if (key === undefined) return secret
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? putAt(item, path, secret) : item))
  return isJsonObject(value) ? { ...value, [key]: putAt(value[key] ?? null, path, secret) } : value
}
