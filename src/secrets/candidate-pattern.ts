/**
 * Makes the regular expression that finds places where a form may begin. Texts without secrets are passed on after it alone, so it is
 * narrow: the first character of a form and two after it, or an escape of a first character. It finds too much, and never too little.
 */
import { ENTITIES, isWord, LETTERS } from './escapes.ts'
import { type FormStep, firstValues, type SecretForm } from './secret-forms.ts'

/** `isCut`: the text may go on, so its last characters may begin anything that begins with them. */
export const toCandidatePattern = (forms: readonly SecretForm[], { isCut }: { isCut: boolean }): RegExp => {
  const firsts = new Set(forms.flatMap(({ steps: [first] }) => (first === undefined ? [] : firstValues(first))))
  const end = isCut ? '|$' : ''
  const plain = new Set(forms.map((form) => toBeginning(form, end)))
  const escaped = isCut ? [`[%\\\\&=](?=[^]{0,${LONGEST_OPEN}}$)`] : []
  return new RegExp([...plain, ...toEscapes([...firsts]), ...escaped].join('|'), 'g')
}

/** Longer than an escape of each kind, without runs of backslashes and escaped digits; form-search.ts judges the places. */
const LONGEST_OPEN = 48

/** Beginnings of escapes, and of breaks of a line. */
const toBreak = ({ hasLines }: SecretForm, end: string): string =>
  `[%=](?:[\\da-fA-F%\\r\\n]${end})|\\\\|&(?:[#A-Za-z]${end})${hasLines ? '|[\\r\\n]' : ''}`

const toBeginning = (form: SecretForm, end: string): string => {
  const [first, second, third] = form.steps
  // Such a character may be several units of the text.
  if (first === undefined || first.sequences.length > 0) return `[${toClass(first)}]`
  const escaped = toBreak(form, end)
  // A quote may be written twice.
  const doubled = [0x22, 0x27].filter((quote) => second?.values.includes(quote)).map(escapeUnit)
  const behind =
    third === undefined || (second?.sequences.length ?? 0) > 0
      ? ''
      : `(?:[${toClass(third)}${doubled.join('')}]|${escaped}${end})`
  return `[${toClass(first)}](?=[${toClass(second)}]${behind}|${escaped}${end})`
}

const toClass = (step: FormStep | undefined): string =>
  (step === undefined ? [] : firstValues(step))
    .map((value) => escapeUnit(String.fromCodePoint(value).charCodeAt(0)) + (value === 0x20 ? '+' : ''))
    .join('')

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`

/** Escapes of the first characters, and those of the characters that begin escapes, which may be escaped themselves. */
const toEscapes = (firsts: readonly number[]): string[] => {
  const values = [...new Set([...firsts, ...Array.from('%\\&=', (one) => one.charCodeAt(0))])]
  const bytes = values.filter((value) => value <= 0xff).map((value) => toHex(value, 2))
  const pair = bytes.join('|')
  const units = values.filter((value) => value <= 0xffff).map((value) => toHex(value, 4))
  const codes = values.flatMap((value) => [`${value}`, `[xX]0*${toHex(value, 1)}`])
  const names = [...ENTITIES].filter(([, value]) => values.includes(value)).map(([name]) => name)
  return [
    `[%=](?=${pair})`,
    `\\\\(?=\\\\{0,31}(?:${[`u(?:\\{|${units.join('|')})`, `x(?:${pair})`, ...toPlain(firsts)].join('|')}))`,
    `&(?=#0*(?:${codes.join('|')})(?!${ANY_DIGIT})|(?:${names.join('|')});)`,
    ...(firsts.includes(BACKSLASH) ? ['\\\\(?=\\\\)'] : []),
  ]
}

const ANY_DIGIT = '[\\da-fA-F]'
const BACKSLASH = 0x5c

/** Characters that stand behind a backslash for one of these. */
const toPlain = (firsts: readonly number[]): string[] => [
  ...firsts.filter((value) => value <= 0xffff && !isWord(value)).map(escapeUnit),
  ...[...LETTERS].filter(([, value]) => firsts.includes(value)).map(([letter]) => String.fromCharCode(letter)),
]

/** `2f` → `2[fF]`. */
const toHex = (value: number, digits: number): string =>
  value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
