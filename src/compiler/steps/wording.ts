/** Short texts of document values, for charts. */
import { formatDuration } from '../../core/duration.ts'
import { type Bound, isComputed } from '../bound.ts'
import type { ExpressionText, ValueNode } from '../document.ts'

/** An expression on one line. */
export const expressionText = ({ text }: ExpressionText): string => text.replaceAll(/\s+/g, ' ').trim()

export const valueText = (value: ValueNode): string => {
  switch (value.kind) {
    case 'literal':
      return String(value.value).replaceAll(/\s+/g, ' ')
    case 'expression':
      return `{${expressionText(value.expression)}}`
    case 'template':
      return value.parts
        .map((part) => (typeof part === 'string' ? part : `{${expressionText(part)}}`))
        .join('')
        .replaceAll(/\s+/g, ' ')
    case 'list':
      return value.items.map(valueText).join(', ')
    default:
      return '…'
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** Writes a duration as a file would: `30s` and not `30.0s`. */
export const durationText = (ms: number): string => {
  const [unit, size] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? []
  return unit === undefined || size === undefined ? formatDuration(ms) : `${ms / size}${unit}`
}

/** A number of the file, or the expression that gives it. */
export const boundText = (bound: Bound, write: (value: number) => string = String): string =>
  isComputed(bound) ? valueText(bound) : write(bound.value)
