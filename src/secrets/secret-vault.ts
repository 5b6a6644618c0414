/**
 * Holds the values of secrets. Placeholders become values on their way to an actor; values become the names of placeholders on their
 * way back (J9).
 */
import { Fault, type FaultData } from '../core/fault.ts'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import { holdsHost, type SecretPlace, type SecretText } from '../core/secret-place.ts'
import { redactFile } from './redact-file.ts'
import { SecretPattern, type TextRedactor } from './secret-pattern.ts'

/** Shorter values are refused as secrets: they would be found by chance in ordinary text. */
export const SHORTEST_SECRET = 8

/** Removes secrets from everything that actors return. */
export interface Redactor {
  /** Replaces every occurrence of a secret, in texts, numbers and keys, by `[secret NAME]`. */
  redact<T extends JsonValue>(value: T): T
  /** As `redact`, and replaces a secret that was cut off too: messages are made to be short. */
  redactFault(fault: FaultData): FaultData
  /** Redacts a text that comes in pieces: a secret may span two of them. */
  startText(): TextRedactor
}

/** Names and keys are compared, so they are refused and not redacted. @throws Fault `invalid_input`, without the secret */
export const expectNoSecret = (
  text: string,
  { subject, vault }: { subject: string; vault: Pick<Redactor, 'redact'> | undefined },
): void => {
  const redacted = vault?.redact(text) ?? text
  if (redacted === text) return
  const [found = 'a secret'] = /\[secret [^\]]*\]/.exec(redacted) ?? []
  throw new Fault('invalid_input', `'${subject}' holds ${found}: expected a text that may be stored and shown`)
}

export class SecretVault implements Redactor {
  readonly #values: ReadonlyMap<string, string>
  readonly #pattern: SecretPattern | undefined
  /** Secrets that JSON may hold as a number, by that number. */
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

  /**
   * Puts these secrets into the value.
   * @throws Fault `unauthorized` when one is not set, `invalid_input` for one in the host of a URL
   */
  resolve(value: JsonValue, places: readonly SecretPlace[]): JsonValue {
    return places.reduce(
      (resolved, place) =>
        replaceAt(resolved, place.path, (found) => ('name' in place ? this.get(place.name) : this.#join(found, place))),
      value,
    )
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
   * Redacts the bytes of a file that holds a secret as text. Compressed data and encodings other than UTF-8 are not searched; in a
   * binary file only ASCII is. A large file is searched in slices, between which the event loop turns.
   */
  async redactBytes(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#pattern === undefined ? bytes : redactFile(bytes, this.#pattern.startText())
  }

  startText(): TextRedactor {
    return this.#pattern?.startText() ?? UNCHANGED
  }

  /** Joins the parts of a text. The compiler knows which of them are secrets: another part that looks like one is data. */
  #join(value: JsonValue, { secrets, isUrl }: SecretText): JsonValue {
    const parts = isJsonObject(value) ? value.$text : undefined
    if (!Array.isArray(parts) || parts.length !== secrets.length) return value
    let text = ''
    for (const [index, name] of secrets.entries()) {
      if (name === null) text += String(parts[index])
      else if (!isUrl) text += this.get(name)
      else if (holdsHost(text)) text += encodeURIComponent(this.get(name).toWellFormed())
      else throw new Fault('invalid_input', `secret '${name}' would stand in the scheme or host of 'url'`)
    }
    return text
  }

  #walk(value: JsonValue, replace: (text: string) => string): JsonValue {
    if (typeof value === 'string') return replace(value)
    if (typeof value === 'number') return this.#looksAtNumbers ? this.#walkNumber(value, replace) : value
    if (Array.isArray(value)) return value.map((item) => this.#walk(item, replace))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [replace(key), this.#walk(item, replace)]))
  }

  /** Redacts a number whose digits are a secret, contain one, or are a secret without its leading zeros: `0012345678`. */
  #walkNumber(value: number, replace: (text: string) => string): JsonValue {
    const name = this.#numbers.get(value)
    if (name !== undefined) return `[secret ${name}]`
    const text = String(value)
    const replaced = replace(text)
    return replaced === text ? value : replaced
  }
}

const UNCHANGED: TextRedactor = { push: (piece) => piece, end: () => '' }

/** The number that JSON makes of a secret; none when that number is too short for a secret. */
const numberOf = (value: string): number[] => {
  const number = Number(value)
  return Number.isFinite(number) && String(number).length >= SHORTEST_SECRET ? [number] : []
}

const replaceAt = (
  value: JsonValue,
  [key, ...path]: readonly (string | number)[],
  replace: (value: JsonValue) => JsonValue,
): JsonValue => {
  if (key === undefined) return replace(value)
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaceAt(item, path, replace) : item))
  return isJsonObject(value) ? { ...value, [key]: replaceAt(value[key] ?? null, path, replace) } : value
}
