/** Renders changes of JSON values as lines: added, removed and replaced values. */
import type { JsonValue } from '../core/json.ts'
import type { JsonChange } from '../core/json-diff.ts'
import { formatValue } from '../core/value-text.ts'
import type { Paint } from './paint.ts'
import { toOneLine } from './printable.ts'

const MOST_SHOWN = 12

/** @param options.indent Prefix of each line. */
export const describeChanges = (
  changes: readonly JsonChange[],
  { paint, indent = '' }: { paint: Paint; indent?: string },
): string[] => {
  const left = changes.length - MOST_SHOWN
  return [
    ...changes.slice(0, MOST_SHOWN).map((change) => `${indent}${describeChange(change, paint)}`),
    ...(left > 0 ? [`${indent}${paint.dim(`and ${left} more`)}`] : []),
  ]
}

const describeChange = ({ path, kind, from = null, to = null }: JsonChange, paint: Paint): string => {
  const name = path === '' ? '' : `${path}: `
  if (kind === 'added') return paint.green(toOneLine(`+ ${name}${formatValue(to)}`))
  if (kind === 'removed') return paint.red(toOneLine(`- ${name}${formatValue(from)}`))
  const [before, after] = cutSame(from, to)
  return `${paint.yellow('~')} ${toOneLine(name)} ${paint.red(toOneLine(before))} → ${paint.green(toOneLine(after))}`
}

/** Characters of the common beginning of long texts that are shown before their difference. */
const SHOWN_BEFORE = 12
const LONG = 40

/** Cuts the common beginning of long texts. */
const cutSame = (from: JsonValue, to: JsonValue): [string, string] => {
  if (typeof from !== 'string' || typeof to !== 'string' || from.length + to.length < 2 * LONG)
    return [formatValue(from), formatValue(to)]
  let same = 0
  while (same < from.length && from[same] === to[same]) same++
  const start = Math.max(0, same - SHOWN_BEFORE)
  const cut = (text: string): string => `${start > 0 ? '…' : ''}${formatValue(text.slice(start))}`
  return [cut(from), cut(to)]
}
