/** Reads the lines of `--each`: the input of one run on each. */
import { countOf } from '../../../core/count.ts'
import { isFault } from '../../../core/fault.ts'
import { hashJson } from '../../../core/hash.ts'
import { isJsonObject, type JsonObject } from '../../../core/json.ts'
import { formatValue } from '../../../core/value-text.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { expectJson } from '../../input.ts'
import { toOneLine } from '../../printable.ts'
import { readNamedFile, shownName } from '../../workflow-file.ts'

export interface Item {
  /** From 1. */
  line: number
  input: JsonObject
  key: string | undefined
}

export interface ItemsOptions {
  /** A file, or `-`. */
  file: string
  /** Fields that a line may replace. */
  base: JsonObject
  /** Common beginning of the keys. */
  key: string | undefined
  /** @throws Fault for an input that does not fit */
  check?: (input: JsonObject) => Promise<unknown>
}

/** Leaves room for the digits behind it. */
const LONGEST_PREFIX = 220

/** Wrong lines that are named. */
const MOST_NAMED = 10

/** @throws CliError that names the wrong lines, before any run is submitted */
export const readItems = async (context: Context, options: ItemsOptions): Promise<Item[]> => {
  const { file, base, key, check } = options
  if (key !== undefined && key.length > LONGEST_PREFIX)
    throw new CliError(`--key is too long for --each: expected at most ${LONGEST_PREFIX} characters, got ${key.length}`)
  const toKey = createKeys(key)
  const items: Item[] = []
  const wrong: string[] = []
  for (const { line, text } of splitLines(await readNamedFile(file, context))) {
    try {
      const input = { ...base, ...expectObject(text) }
      await check?.(input)
      items.push({ line, input, key: toKey(input) })
    } catch (thrown) {
      if (!(thrown instanceof CliError) && !isFault(thrown)) throw thrown
      wrong.push(`line ${line}: ${toOneLine(thrown.message)}`)
    }
  }
  if (wrong.length > 0) throw toWrong(wrong, file)
  if (items.length > 0) return items
  throw new CliError(`'${shownName(file)}' has no line: expected an object of JSON on each, the input of a run`)
}

const splitLines = (bytes: Uint8Array): { line: number; text: string }[] =>
  new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .map((text, index) => ({ line: index + 1, text }))
    .filter(({ text }) => text.trim() !== '')

const expectObject = (text: string): JsonObject => {
  const value = expectJson(text, { what: 'it' })
  if (isJsonObject(value)) return value
  throw new CliError(`expected an object, got ${formatValue(value)}`)
}

/** The key follows from the input, so that lines may be added, removed and moved; an input that comes again is another run. */
const createKeys = (prefix: string | undefined) => {
  const seen = new Map<string, number>()
  return (input: JsonObject): string | undefined => {
    if (prefix === undefined) return undefined
    const hash = hashJson(input).slice(0, 20)
    const count = (seen.get(hash) ?? 0) + 1
    seen.set(hash, count)
    return `${prefix}:${hash}${count === 1 ? '' : `:${count}`}`
  }
}

const toWrong = (wrong: readonly string[], file: string): CliError => {
  const left = wrong.length - MOST_NAMED
  const more = left > 0 ? [`and ${left} more`] : []
  const head = `${countOf(wrong.length, 'line')} of '${shownName(file)}' ${wrong.length === 1 ? 'is' : 'are'} wrong, and nothing is submitted`
  return new CliError([head, ...wrong.slice(0, MOST_NAMED), ...more].join('\n'), {
    hint: 'each line holds the input of one run, as an object of JSON',
  })
}
