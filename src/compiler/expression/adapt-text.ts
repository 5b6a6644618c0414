/**
 * Adapts a text to the grammar that cel-js reads. Three forms of CEL are not in it: a number without a whole part (`.5`), an entry that
 * may be missing (`[?a]`, `{?'k': a}`) and a form feed as a blank. Each is replaced by a form of the same length, so that all places stay.
 */
import { findClosingQuote } from './interpolation.ts'

export interface AdaptedText {
  text: string
  /** Places of the question marks before entries that may be missing. */
  marks: readonly number[]
}

/** True for all texts with one of the forms, and for some others. */
const MAY_NEED_IT = /[?\f]|\.\d/

const TOKEN = /([ \t\r\n\f]+|\/\/[^\n]*)|(0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|[\s\S]/y
const FRACTION = /\.\d+(?:[eE][+-]?\d+)?(?!\.\d)/y
const PREFIXES = /^[rRbB]$/

export const adaptText = (text: string): AdaptedText => {
  if (!MAY_NEED_IT.test(text)) return { text, marks: [] }
  const state: State = { text, letters: text.split(''), marks: [], open: [], isBehindOperand: false, isEntry: false }
  for (let at = 0; at < text.length; ) at = readToken(state, at)
  return { text: state.letters.join(''), marks: state.marks }
}

interface State {
  text: string
  /** Code units of the adapted text. */
  letters: string[]
  marks: number[]
  /** Open brackets; a `[` that opens an index is `.[`. */
  open: string[]
  isBehindOperand: boolean
  /** An entry of a list or a map begins here. */
  isEntry: boolean
}

/** Returns the place behind the token. */
const readToken = (state: State, at: number): number => {
  const { text, letters } = state
  FRACTION.lastIndex = at
  if (!state.isBehindOperand && FRACTION.test(text)) {
    letters[at] = '0'
    return closeOperand(state, FRACTION.lastIndex)
  }
  TOKEN.lastIndex = at
  const [token = '', blank, number, name] = TOKEN.exec(text) ?? []
  if (blank !== undefined) {
    if (!blank.startsWith('/')) for (let index = at; index < TOKEN.lastIndex; index++) adaptBlank(letters, index)
    return TOKEN.lastIndex
  }
  const quote = at + (name !== undefined && PREFIXES.test(name) ? 1 : 0)
  if (text[quote] === "'" || text[quote] === '"') {
    const end = findClosingQuote(text, quote)
    return closeOperand(state, end === -1 ? text.length : end + 1)
  }
  if (number !== undefined || (name !== undefined && name !== 'in')) return closeOperand(state, at + token.length)
  if (name === undefined) readSign(state, token, at)
  else state.isBehindOperand = false
  return at + token.length
}

const adaptBlank = (letters: string[], index: number): void => {
  if (letters[index] === '\f') letters[index] = ' '
}

const closeOperand = (state: State, end: number): number => {
  state.isBehindOperand = true
  state.isEntry = false
  return end
}

const readSign = (state: State, sign: string, at: number): void => {
  const { open, letters, marks } = state
  if (sign === '?' && state.isEntry) {
    letters[at] = ' '
    marks.push(at)
  }
  const isIndex = sign === '[' && state.isBehindOperand
  if ('([{'.includes(sign)) open.push(isIndex ? '.[' : sign)
  state.isBehindOperand = ')]}'.includes(sign)
  if (state.isBehindOperand) open.pop()
  const around = open.at(-1)
  state.isEntry = (sign === ',' || sign === around) && (around === '[' || around === '{')
}
