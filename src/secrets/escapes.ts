/**
 * Reads one character of text in all the ways in which it may be escaped: percent-encoding, quoted-printable, escapes of JSON and other
 * languages, entities of HTML, and each of these inside another (`%252F`, `&amp;#43;`, `\\\u002f`).
 *
 * A text is never decoded as a whole: what stands before a secret must not change how the secret is read. So the search asks at each
 * place what may stand there: the character itself, and what an escape that begins with it stands for.
 *
 * 1. A reading costs bounded time: escapes inside escapes are followed to a fixed depth, runs of backslashes to a fixed length.
 * 2. `isOpen` says that the text ended within an escape, so that more text may change the readings.
 */

/** Escapes inside escapes. */
const DEEPEST = 6
/** `\\\\…` of JSON in JSON, five times. */
const MOST_BACKSLASHES = 32
const MOST_DIGITS = 8

const PERCENT = 0x25
const AMPERSAND = 0x26
const EQUALS = 0x3d
const BACKSLASH = 0x5c
const SEMICOLON = 0x3b
const HASH = 0x23
const NONE = -1

/** Names of HTML for characters of ASCII that are not letters or digits. */
export const ENTITIES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{
      amp: '&',
      lt: '<',
      gt: '>',
      quot: '"',
      apos: "'",
      nbsp: '\u00a0',
      Tab: '\t',
      NewLine: '\n',
      excl: '!',
      num: '#',
    },
    ...{
      dollar: '$',
      percnt: '%',
      lpar: '(',
      rpar: ')',
      ast: '*',
      midast: '*',
      plus: '+',
      comma: ',',
      period: '.',
      sol: '/',
    },
    ...{ colon: ':', semi: ';', equals: '=', quest: '?', commat: '@', lsqb: '[', lbrack: '[', bsol: '\\', rsqb: ']' },
    ...{
      rbrack: ']',
      Hat: '^',
      lowbar: '_',
      UnderBar: '_',
      grave: '`',
      lcub: '{',
      lbrace: '{',
      verbar: '|',
      vert: '|',
    },
    ...{ rcub: '}', rbrace: '}', hyphen: '-', dash: '-', euro: '€', pound: '£', sect: '§' },
  }).map(([name, character]) => [name, character.charCodeAt(0)]),
)
const LONGEST_NAME = Math.max(...[...ENTITIES.keys()].map(({ length }) => length))

/** Letters behind a backslash. All other characters but `u`, `x` and digits stand for themselves. */
export const LETTERS: ReadonlyMap<number, number> = new Map(
  Object.entries({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' }).map(([letter, character]) => [
    letter.charCodeAt(0),
    character.charCodeAt(0),
  ]),
)

/** Characters that begin an escape. */
export const isEscape = (unit: number): boolean =>
  unit === PERCENT || unit === BACKSLASH || unit === AMPERSAND || unit === EQUALS

/** Reads escapes of one text. The arrays hold the readings of the last call: it makes no object for each place. */
export class EscapeReader {
  readonly #text: string
  /** Code points; bytes from 128 on where an escape writes bytes. */
  readonly values: number[] = []
  /** For each value the index behind its escape. */
  readonly ends: number[] = []
  isOpen = false
  #at = NONE
  /** The end of the escape that was read last. */
  #end = 0
  /** That escape was a backslash before the character itself, which begins no other escape. */
  #isPlain = false
  /** The first character of that escape was escaped itself. */
  #isInner = false

  constructor(text: string) {
    this.#text = text
  }

  /** Reads the escapes that begin at `at`, where a character stands for which `isEscape` holds. The character itself is no reading. */
  read(at: number): void {
    if (at === this.#at) return
    this.#at = at
    this.values.length = 0
    this.ends.length = 0
    this.isOpen = false
    let starter = this.#text.charCodeAt(at)
    let behind = at + 1
    if (starter === BACKSLASH) this.#readPair(behind)
    for (let depth = 0; depth < DEEPEST && isEscape(starter); depth++) {
      this.#isInner = depth > 0
      const value = this.#decode(starter, behind)
      if (value === NONE) return
      this.values.push(value)
      this.ends.push(this.#end)
      if (this.#isPlain) return
      starter = value
      behind = this.#end
    }
  }

  /** Backslashes in two, four, … of them stand for one. */
  #readPair(at: number): void {
    let end = at
    while (end < at + MOST_BACKSLASHES && this.#text.charCodeAt(end) === BACKSLASH) end++
    if (end === this.#text.length) this.isOpen = true
    for (let length = 2; at - 1 + length <= end; length *= 2) {
      this.values.push(BACKSLASH)
      this.ends.push(at - 1 + length)
    }
  }

  /** Decodes the escape whose first character, `starter`, was read, and whose rest is at `at`. */
  #decode(starter: number, at: number): number {
    this.#isPlain = false
    if (starter === PERCENT || starter === EQUALS) return this.#hex(at, 2)
    return starter === BACKSLASH ? this.#decodeBackslash(at) : this.#decodeEntity(at)
  }

  #decodeBackslash(at: number): number {
    let unit = this.#next(at)
    for (let run = 1; run < MOST_BACKSLASHES && unit === BACKSLASH; run++) unit = this.#next(this.#end)
    if (unit === 0x75 /* u */) return this.#decodeUnits(this.#end)
    if (unit === 0x78 /* x */) return this.#hex(this.#end, 2)
    const letter = LETTERS.get(unit)
    if (unit === NONE || (letter === undefined && isWord(unit))) return NONE
    this.#isPlain = true
    return letter ?? unit
  }

  /** `u002f` or `u{2f}`. */
  #decodeUnits(at: number): number {
    return this.#next(at) === 0x7b ? this.#digits(this.#end, { base: 16, close: 0x7d }) : this.#hex(at, 4)
  }

  #decodeEntity(at: number): number {
    let unit = this.#next(at)
    if (unit === HASH) return this.#decodeNumber(this.#end)
    let name = ''
    for (; isWord(unit) && name.length < LONGEST_NAME; unit = this.#next(this.#end)) name += String.fromCharCode(unit)
    return unit === SEMICOLON ? (ENTITIES.get(name) ?? NONE) : NONE
  }

  /** `47;` or `x2f;`. */
  #decodeNumber(at: number): number {
    return (this.#next(at) | 0x20) === 0x78
      ? this.#digits(this.#end, { base: 16, close: SEMICOLON })
      : this.#digits(at, { base: 10, close: SEMICOLON })
  }

  #hex(from: number, count: number): number {
    let value = 0
    this.#end = from
    for (let read = 0; read < count; read++) {
      const digit = toDigit(this.#next(this.#end), 16)
      if (digit === NONE) return NONE
      value = value * 16 + digit
    }
    return value
  }

  /** Reads digits up to `close`, which browsers let authors leave out. */
  #digits(from: number, { base, close }: { base: number; close: number }): number {
    let value = 0
    let end = from
    for (let read = 0; read < MOST_DIGITS; read++) {
      const digit = toDigit(this.#next(end), base)
      if (digit === NONE) break
      value = value * base + digit
      end = this.#end
    }
    if (end === from) return NONE
    if (this.#next(end) !== close) this.#end = end
    return value
  }

  /**
   * Reads one character of the rest of an escape, and moves `#end` behind it. Where the beginning of the escape is escaped, its rest may
   * be: `%5C%22`.
   */
  #next(at: number): number {
    const unit = this.#unit(at)
    this.#end = at + 1
    if (unit !== PERCENT || !this.#isInner) return unit
    let value = unit
    for (let depth = 0; depth < DEEPEST && value === PERCENT; depth++) {
      const high = toDigit(this.#unit(this.#end), 16)
      const low = toDigit(this.#unit(this.#end + 1), 16)
      if (high === NONE || low === NONE) break
      value = high * 16 + low
      this.#end += 2
    }
    return value
  }

  #unit(at: number): number {
    if (at < this.#text.length) return this.#text.charCodeAt(at)
    this.isOpen = true
    return NONE
  }
}

/** Letters and digits of ASCII, which no backslash escapes. */
export const isWord = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)

const toDigit = (unit: number, base: number): number => {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  if (base !== 16) return NONE
  const letter = unit | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NONE
}
