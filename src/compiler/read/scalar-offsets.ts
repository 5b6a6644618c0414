/**
 * Maps each character of a scalar's value to its offset in the source. Quotes, escapes, folding, indentation and chomping
 * make the value shorter than its source. Characters other than blanks have the same order in both, so the two are walked
 * in parallel, for every style.
 */
import type { YamlScalar } from './yaml-node.ts'

/** Maps an index in the value (0 to its length) to an offset in the source. Computed at the first call. */
export const createOffsetMap = (node: YamlScalar, source: string): ((index: number) => number) => {
  const value = String(node.value)
  if (node.style === 'plain' && source.startsWith(value, node.range.start)) return (index) => node.range.start + index
  let offsets: number[] | undefined
  return (index) => {
    offsets ??= alignOffsets(value, node, source)
    return offsets[Math.max(0, Math.min(index, value.length))] ?? node.range.start
  }
}

/** One offset for each UTF-16 unit of the value, and one for its end. */
const alignOffsets = (value: string, node: YamlScalar, source: string): number[] => {
  const offsets: number[] = []
  let at = findContentStart(node, source)
  for (let index = 0; index < value.length; index++) {
    at = skipToNext(value.charAt(index), at, node, source)
    offsets.push(at)
    const length =
      isBlank(value[index]) && !isBlank(source[at]) && !isEscape(at, node, source)
        ? 0
        : measureCharacter(at, node, source)
    // An escape such as \U0001F600 makes two units out of one place.
    if (isEscape(at, node, source) && isHighSurrogate(value, index)) {
      offsets.push(at)
      index++
    }
    at = Math.min(at + length, node.range.end)
  }
  offsets.push(at)
  return offsets
}

const findContentStart = (node: YamlScalar, source: string): number => {
  if (node.style === 'plain') return node.range.start
  if (node.style !== 'block') return node.range.start + 1
  const headerEnd = source.indexOf('\n', node.range.start)
  return headerEnd === -1 ? node.range.end : headerEnd + 1
}

/** Skips blanks that folding and indentation removed, and escaped line breaks. */
const skipToNext = (char: string, from: number, node: YamlScalar, source: string): number => {
  let at = from
  const isBlankWanted = isBlank(char)
  while (at < node.range.end) {
    if (node.style === 'double' && source[at] === '\\' && /[\r\n]/.test(source[at + 1] ?? '')) at += 2
    else if (isBlank(source[at]) && !(isBlankWanted && fits(char, at, source))) at++
    else break
  }
  return Math.min(at, node.range.end)
}

/** A blank of the value matches itself, or a space matches the line break that was folded into it. */
const fits = (char: string, at: number, source: string): boolean =>
  source[at] === char || (char === ' ' && (source[at] === '\n' || source[at] === '\r'))

const measureCharacter = (at: number, node: YamlScalar, source: string): number => {
  if (node.style === 'single' && source.startsWith("''", at)) return 2
  if (!isEscape(at, node, source)) return 1
  const digits = { x: 2, u: 4, U: 8 }[source[at + 1] ?? ''] ?? 0
  return 2 + digits
}

const isEscape = (at: number, node: YamlScalar, source: string): boolean =>
  node.style === 'double' && source[at] === '\\'

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t' || char === '\n' || char === '\r'

const isHighSurrogate = (value: string, index: number): boolean => {
  const unit = value.charCodeAt(index)
  return unit >= 0xd800 && unit < 0xdc00
}
