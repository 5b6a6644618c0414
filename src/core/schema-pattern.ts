/**
 * Writes patterns of JSON Schema, which are those of JavaScript with the flag `u`, as patterns of RE2: names of Unicode properties, and
 * repeats that RE2 counts no further than 1,000. RE2 has no lookaround, no backreferences and no binary properties but these: they are
 * errors, since they take no linear time or no table of RE2 has them.
 */

/** Long names of general categories: https://www.unicode.org/Public/UCD/latest/ucd/PropertyValueAliases.txt */
const CATEGORIES = new Map(
  `Letter=L Cased_Letter=L& Uppercase_Letter=Lu Lowercase_Letter=Ll Titlecase_Letter=Lt Modifier_Letter=Lm Other_Letter=Lo
   Mark=M Combining_Mark=M Nonspacing_Mark=Mn Spacing_Mark=Mc Enclosing_Mark=Me
   Number=N Decimal_Number=Nd digit=Nd Letter_Number=Nl Other_Number=No
   Punctuation=P punct=P Connector_Punctuation=Pc Dash_Punctuation=Pd Open_Punctuation=Ps Close_Punctuation=Pe
   Initial_Punctuation=Pi Final_Punctuation=Pf Other_Punctuation=Po
   Symbol=S Math_Symbol=Sm Currency_Symbol=Sc Modifier_Symbol=Sk Other_Symbol=So
   Separator=Z Space_Separator=Zs Line_Separator=Zl Paragraph_Separator=Zp
   Other=C Control=Cc cntrl=Cc Format=Cf Surrogate=Cs Private_Use=Co`
    .split(/\s+/)
    .map((pair) => pair.split('=') as [string, string]),
)

/** Scripts by their short names. RE2 knows them by the long ones. */
const SCRIPTS = new Map(
  `Latn=Latin Grek=Greek Cyrl=Cyrillic Hebr=Hebrew Arab=Arabic Hani=Han Hira=Hiragana Kana=Katakana Hang=Hangul Thai=Thai
   Deva=Devanagari Beng=Bengali Taml=Tamil Telu=Telugu Geor=Georgian Armn=Armenian Ethi=Ethiopic Khmr=Khmer Mong=Mongolian
   Zyyy=Common Zinh=Inherited`
    .split(/\s+/)
    .map((pair) => pair.split('=') as [string, string]),
)

const BINARY = new Map([
  ['Any', '\\x{0}-\\x{10FFFF}'],
  ['ASCII', '\\x{0}-\\x{7F}'],
  ['ASCII_Hex_Digit', '0-9A-Fa-f'],
  ['AHex', '0-9A-Fa-f'],
  ['White_Space', '\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}'],
  ['space', '\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}'],
])

/** Most repeats of one part: each takes an instruction of the compiled pattern, or more. */
const MOST_REPEATS = 10_000

/** Most that RE2 counts to. */
const RE2_REPEATS = 1_000

export const translatePattern = (pattern: string): string =>
  splitRepeats(nameProperties(pattern.replaceAll(NAMED_BACKREFERENCE, '$1\\1')))

/** The engine takes it for a letter. As a number it refuses it. */
const NAMED_BACKREFERENCE = /((?:^|[^\\])(?:\\\\)*)\\k<\w+>/g

const PROPERTY = /\\(?:[^pP]|([pP])\{(?:(General_Category|gc|Script|sc|Script_Extensions|scx)=)?([\w&]+)\})|[[\]]/g

const nameProperties = (pattern: string): string => {
  if (!/\\[pP]\{/.test(pattern)) return pattern
  let isInClass = false
  return pattern.replaceAll(PROPERTY, (whole, letter?: string, kind?: string, name = '') => {
    if (whole === '[' || whole === ']') isInClass = whole === '['
    if (letter === undefined) return whole
    const isScript = kind?.startsWith('s') === true || kind?.startsWith('Script') === true
    if (isScript) return `\\${letter}{${SCRIPTS.get(name) ?? name}}`
    const ranges = BINARY.get(name)
    if (kind === undefined && ranges !== undefined && !(isInClass && letter === 'P'))
      return isInClass ? ranges : `[${letter === 'P' ? '^' : ''}${ranges}]`
    const category = CATEGORIES.get(name) ?? name
    if (category === 'L&') return isInClass ? 'LuLlLt'.replaceAll(/L[ult]/g, (one) => `\\p{${one}}`) : toCased(letter)
    return `\\${letter}{${category}}`
  })
}

const toCased = (letter: string): string => `[${letter === 'P' ? '^' : ''}\\p{Lu}\\p{Ll}\\p{Lt}]`

const REPEAT = /^\{(\d{1,6})(,?)(\d{0,6})\}(\??)/

/** Splits `a{2500}` into `a{1000}a{1000}a{500}`. */
const splitRepeats = (pattern: string): string => {
  if (!/\{\d{0,6},?\d{4,6}\}|\{\d{4,6},?\}/.test(pattern)) return pattern
  let written = ''
  for (let at = 0; at < pattern.length; ) {
    const part = readPart(pattern, at)
    at += part.length
    const [whole, least = '', comma, most = '', lazy = ''] = REPEAT.exec(pattern.slice(at)) ?? []
    const inner = part.startsWith('(') ? `${splitRepeats(part.slice(0, -1).slice(1))}` : undefined
    const plain = inner === undefined ? part : `(${inner})`
    if (whole === undefined) {
      written += plain
      continue
    }
    at += whole.length
    written += repeat(plain, { whole, least: Number(least), most: toMost({ least, comma, most }), lazy })
  }
  return written
}

const toMost = ({ least, comma, most }: { least: string; comma: string | undefined; most: string }): number => {
  if (comma !== ',') return Number(least)
  return most === '' ? Number.POSITIVE_INFINITY : Number(most)
}

interface Repeat {
  whole: string
  least: number
  most: number
  lazy: string
}

const repeat = (part: string, { whole, least, most, lazy }: Repeat): string => {
  const highest = Number.isFinite(most) ? most : least
  if (highest <= RE2_REPEATS || highest > MOST_REPEATS || most < least) return part + whole
  const needed = chunks(least).map((count) => `${part}{${count}}${lazy}`)
  const further = Number.isFinite(most)
    ? chunks(most - least).map((count) => `${part}{0,${count}}${lazy}`)
    : [`${part}*${lazy}`]
  return [...needed, ...further].join('')
}

const chunks = (count: number): number[] => {
  const full = Array.from({ length: Math.floor(count / RE2_REPEATS) }, () => RE2_REPEATS)
  return count % RE2_REPEATS === 0 ? full : [...full, count % RE2_REPEATS]
}

/** One character, escape, class or group. */
const readPart = (pattern: string, at: number): string => {
  const rest = pattern.slice(at)
  const escaped = /^\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|x\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S]?)/.exec(rest)?.[0]
  if (escaped !== undefined) return escaped
  if (rest.startsWith('[')) return /^\[(?:\\[\s\S]|[^\]\\])*\]?/.exec(rest)?.[0] ?? rest
  if (rest.startsWith('(')) return readGroup(rest)
  return String.fromCodePoint(rest.codePointAt(0) ?? 0)
}

const readGroup = (rest: string): string => {
  let depth = 0
  for (let at = 0; at < rest.length; ) {
    const part = rest[at] === '(' ? '(' : readPart(rest, at)
    at += part.length
    if (part === '(') depth += 1
    if (part === ')') depth -= 1
    if (depth === 0) return rest.slice(0, at)
  }
  return rest
}
