/**
 * Converts the parser's nodes to ours. Aliases are expanded; total size and depth stay bounded. Content that JSON can't hold is
 * reported: keys that are not text, occur twice or reach an object's prototype, and numbers that lose digits.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { losesDigits } from '../../core/exact-number.ts'
import { quoteIt } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import { type Range, toPosition } from '../source.ts'
import { MAX_DEPTH, MAX_NODES, reportExcess } from './scan.ts'
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlOddity, YamlScalar } from './yaml-node.ts'

/** Undefined: the expanded document is too large, which has been reported then. */
export const buildYamlTree = (
  document: Document.Parsed<ParsedNode>,
  diagnostics: Diagnostics,
): YamlNode | undefined => {
  if (document.contents === null) return undefined
  const builder = new TreeBuilder(diagnostics)
  const tree = builder.build(document.contents, document.contents.range[0])
  return builder.isTooLarge ? undefined : tree
}

const CORE_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
)

/** Assignments to these keys reach the prototype in careless code. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

class TreeBuilder {
  isTooLarge = false
  readonly #diagnostics: Diagnostics
  /** Undefined while the anchor's own node is being built: it must not hold itself. */
  readonly #anchors = new Map<string, YamlNode | undefined>()

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics
  }

  /** `start` is where the node's tag and anchor begin. */
  build(node: ParsedNode, start: number): YamlNode {
    if (isAlias(node)) return this.#expandAlias(node)
    if (node.tag !== undefined && !CORE_TAGS.has(node.tag)) return toOddity(node, start, this.#diagnostics.source.text)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, undefined)
    const built = this.#buildContent(node)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, built)
    if ((built.size > MAX_NODES || built.depth > 2 * MAX_DEPTH) && !this.isTooLarge) {
      this.isTooLarge = true
      reportExcess(this.#diagnostics, built.range.start, 'grows too large when its aliases are expanded')
    }
    return built
  }

  #buildContent(node: Exclude<ParsedNode, Alias.Parsed>): YamlNode {
    if (isScalar(node)) return this.#buildScalar(node)
    if (isMap(node)) return this.#buildMap(node)
    const range = toRange(node)
    if (!isSeq(node)) return { kind: 'list', items: [], flow: true, range, size: 1, depth: 1 }
    const flow = node.flow === true
    const items = node.items.map((item) =>
      this.build(item as ParsedNode, (item as ParsedNode).range?.[0] ?? range.start),
    )
    return withMeasures<YamlList>({ kind: 'list', items, flow, range, size: 1, depth: 1 }, items)
  }

  #expandAlias(alias: Alias.Parsed): YamlNode {
    const range = toRange(alias)
    const target = this.#anchors.get(alias.source)
    if (target !== undefined) return { ...target, aliased: true }
    return { kind: 'oddity', problem: 'alias', text: `*${alias.source}`, range, size: 1, depth: 1 }
  }

  #buildScalar(node: Scalar.Parsed): YamlScalar {
    const range = toRange(node)
    const value = typeof node.value === 'number' ? this.#checkNumber(node.value, node, range) : node.value
    const isPlainValue = value === null || ['string', 'number', 'boolean'].includes(typeof value)
    return {
      kind: 'scalar',
      value: isPlainValue ? (value as YamlScalar['value']) : String(value),
      style: STYLES[node.type ?? 'PLAIN'],
      range,
      size: 1,
      depth: 1,
    }
  }

  #checkNumber(value: number, node: Scalar.Parsed, range: Range): number {
    const text = node.source ?? String(value)
    if (!Number.isFinite(value)) {
      const hint = asText(text)
      this.#diagnostics.error('infinite_number', range, `${text} is no JSON number: expected a finite number`, hint)
      return 0
    }
    if (losesDigits(toDecimal(text))) {
      const message = `the number ${text} would lose digits: expected at most ${Number.MAX_SAFE_INTEGER}, and 17 digits`
      this.#diagnostics.error('unsafe_integer', range, message, asText(text))
      return 0
    }
    // JSON has no negative zero, and Object.is tells it from 0.
    return value === 0 ? 0 : value
  }

  #buildMap(node: YAMLMap.Parsed): YamlMap {
    const range = toRange(node)
    const seen = new Map<string, Range>()
    const entries: YamlEntry[] = []
    for (const pair of node.items) {
      const key = this.#readKey(pair.key, range)
      const valueStart = findValueStart(pair.srcToken)
      const value = this.#buildValue(pair.value, valueStart ?? key?.range.end ?? range.start)
      if (key !== undefined && this.#isNewKey(key.value, key.range, seen)) entries.push({ key, value, valueStart })
    }
    const map: YamlMap = { kind: 'map', entries, flow: node.flow === true, range, size: 1, depth: 1 }
    return withMeasures(
      map,
      entries.map(({ value }) => value),
    )
  }

  #buildValue(value: ParsedNode | null, start: number): YamlNode {
    if (value !== null) return this.build(value, start)
    return { kind: 'scalar', value: null, style: 'plain', range: { start, end: start }, size: 1, depth: 1 }
  }

  #readKey(key: ParsedNode | null, mapRange: Range): YamlEntry['key'] | undefined {
    const range = key === null ? { start: mapRange.start, end: mapRange.start + 1 } : toRange(key)
    const isKeyText = isScalar(key) && key.tag === undefined && typeof key.value === 'string'
    if (isKeyText) return { value: key.value as string, range }
    const text = isScalar(key) && key.source ? key.source : undefined
    const hint = text === undefined ? 'write the key as text' : quoteIt(range, `"${text}"`)
    this.#diagnostics.error('key_not_text', range, `the key ${text ?? 'here'} is not text: expected a name`, hint)
    return text === undefined ? undefined : { value: text, range }
  }

  #isNewKey(key: string, range: Range, seen: Map<string, Range>): boolean {
    if (FORBIDDEN_KEYS.has(key)) {
      const message = `'${key}' can't be a key: expected another name`
      this.#diagnostics.error('forbidden_key', range, message, 'rename the key')
      return false
    }
    if (key === '<<') {
      const hint = 'write the keys out, or give a whole value an anchor and use it by an alias'
      this.#diagnostics.error('forbidden_key', range, "'<<' merges maps only in YAML 1.1: expected a name", hint)
      return false
    }
    const first = seen.get(key)
    if (first === undefined) {
      seen.set(key, range)
      return true
    }
    const { line } = toPosition(this.#diagnostics.source, first.start)
    const hint = 'remove or rename one of them'
    this.#diagnostics.error('duplicate_key', range, `'${key}' stands twice in this map: first on line ${line}`, hint)
    return false
  }
}

/** Hexadecimal and octal numbers in decimal digits. */
const toDecimal = (text: string): string => (/^0[xo]/.test(text) ? String(BigInt(text)) : text)

const STYLES = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
} as const satisfies Record<Scalar.Type, YamlScalar['style']>

const withMeasures = <T extends YamlList | YamlMap>(node: T, children: YamlNode[]): T => {
  let end = node.range.start + 1
  for (const child of children) {
    node.size += child.size
    node.depth = Math.max(node.depth, child.depth + 1)
    if (!child.aliased) end = Math.max(end, child.range.end)
  }
  // The parser ends a block collection behind the blank lines and comments that follow it.
  if (!node.flow) node.range = { start: node.range.start, end: Math.min(end, node.range.end) }
  return node
}

const toRange = ({ range }: ParsedNode): Range => ({ start: range[0], end: range[1] })

/** Offset behind the colon and the blanks that follow it. */
const findValueStart = (token: YAMLMap.Parsed['items'][number]['srcToken']): number | undefined => {
  const separators = token?.sep ?? []
  const colon = separators.findIndex(({ type }) => type === 'map-value-ind')
  if (colon === -1) return undefined
  const next = separators[colon + 1]
  const after = (separators[colon]?.offset ?? 0) + 1
  return next?.type === 'space' ? next.offset + next.source.length : after
}

const toOddity = (node: ParsedNode, start: number, text: string): YamlOddity => {
  const range = toRange(node)
  const from = text.startsWith('!', start) ? start : Math.max(start, text.lastIndexOf('!', range.start))
  const [tag = '!'] = /^!\S*/.exec(text.slice(from, from + 200)) ?? []
  const end = Math.max(range.end, from + tag.length)
  return { kind: 'oddity', problem: 'tag', text: tag, range: { start: from, end }, size: 1, depth: 1 }
}

/** Where a value is an expression, a text has quotes of its own. */
const asText = (digits: string): string => `write it as text: "${digits}", or "'${digits}'" in an expression`
