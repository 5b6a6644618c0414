/**
 * Lists the forms in which a secret may come back from outside: as it is, in any case of its letters, and in Base64, also as a part of a
 * longer text (`user:secret` of an Authorization header). Escapes of single characters are no forms: escapes.ts reads them.
 */

/** For one character of a secret, the ways to write it. */
export interface FormStep {
  /** Code points, each of which is the character. */
  values: readonly number[]
  /** Several values in a row that are the character together: its bytes in UTF-8, its two halves in UTF-16. */
  sequences: readonly (readonly number[])[]
}

export interface SecretForm {
  steps: readonly FormStep[]
  /** True: it may be broken into lines at any place, as Base64 is in mails and YAML. */
  hasLines: boolean
}

/** Lists all forms of one value. */
export const formsOf = (value: string): SecretForm[] => [
  { steps: [...value].map(toStep), hasLines: false },
  ...textsInBase64(value).flatMap((text) => [
    toBase64Form(Buffer.from(text).toString('base64')),
    ...[0, 1, 2].map((before) => toBase64Form(toBase64Part(text, before))),
  ]),
]

/** The first values that a step may begin with. */
export const firstValues = ({ values, sequences }: FormStep): number[] => [
  ...values,
  ...sequences.flatMap(([first]) => first ?? []),
]

/** Texts that are encoded as Base64: the value, and the value as JSON or in a form. For most secrets they are all the same. */
const textsInBase64 = (value: string): string[] => {
  const inForm = new URLSearchParams([['', value]]).toString().slice(1)
  return [...new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed()), inForm])]
}

const toStep = (character: string): FormStep => {
  const code = character.codePointAt(0) ?? 0
  const cases = [character, character.toLowerCase(), character.toUpperCase()].filter((one) => [...one].length === 1)
  return {
    values: [...new Set(cases.map((one) => one.codePointAt(0) ?? 0))],
    sequences: [
      ...(code > 0x7f ? [[...Buffer.from(character)]] : []),
      ...(character.length > 1 ? [[character.charCodeAt(0), character.charCodeAt(1)]] : []),
    ],
  }
}

const toBase64Form = (digits: string): SecretForm => ({
  steps: Array.from(digits, (digit) => ({
    values: Array.from(digit + (IN_URLS[digit] ?? ''), (one) => one.charCodeAt(0)),
    sequences: [],
  })),
  hasLines: true,
})

const IN_URLS: Readonly<Record<string, string>> = { '+': '-', '/': '_' }

/** Base64 digits of a value that follows `before` bytes, without the digits that it shares with other bytes. */
const toBase64Part = (value: string, before: number): string => {
  const bytes = Buffer.from('\0'.repeat(before) + value)
  const whole = Math.floor((bytes.length * 8) / 6)
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), whole)
}
