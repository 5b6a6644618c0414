/**
 * The formats of JSON Schema that are checked, each in linear time: patterns of `ajv-formats` run under RE2, and what they need
 * look-ahead for is written out.
 */
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { RE2JS } from 're2js'
import { parsePointInTime } from './point-in-time.ts'

export type FormatCheck = (text: string) => boolean

/** Formats whose patterns RE2 takes as they are. */
const BY_PATTERN = [
  ...['uri-reference', 'uri-template', 'email', 'ipv4', 'ipv6', 'uuid', 'json-pointer', 'relative-json-pointer'],
] as const

const NO_TEXT = /[^\s\S]/

const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/
const DURATION = /^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)$/
const SCHEME = /^[a-z][a-z0-9+\-.]*:/i
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i
const LONGEST_HOST = 253

const isDuration: FormatCheck = (text) => DURATION.test(text) && !/[PT]$/.test(text)

const isHostname: FormatCheck = (text) => {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  return name.length <= LONGEST_HOST && name.split('.').every((label) => LABEL.test(label))
}

const isRegex: FormatCheck = (text) => {
  try {
    RE2JS.compile(RE2JS.translateRegExp(text))
    return true
  } catch {
    return false
  }
}

const createPatterns = (): Record<(typeof BY_PATTERN)[number], FormatCheck> => {
  const toCheck = (name: (typeof BY_PATTERN)[number]): FormatCheck => {
    const found = fullFormats[name]
    const { source, flags } = found instanceof RegExp ? found : NO_TEXT
    const pattern = RE2JS.compile(RE2JS.translateRegExp(source), flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0)
    return (text) => pattern.matcher(text).find()
  }
  return Object.fromEntries(BY_PATTERN.map((name) => [name, toCheck(name)])) as ReturnType<typeof createPatterns>
}

let formats: Readonly<Record<string, FormatCheck>> | undefined

/** By name. Made when first asked for: few schemas have a format. */
export const jsonSchemaFormats = (): Readonly<Record<string, FormatCheck>> => {
  if (formats !== undefined) return formats
  const patterns = createPatterns()
  formats = {
    ...patterns,
    date: (text) => text.length === 10 && parsePointInTime(text) !== undefined,
    time: (text) => TIME.test(text),
    'date-time': (text) => text.length > 10 && parsePointInTime(text) !== undefined,
    duration: isDuration,
    uri: (text) => SCHEME.test(text) && patterns['uri-reference'](text),
    hostname: isHostname,
    regex: isRegex,
  }
  return formats
}
