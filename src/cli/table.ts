import type { Paint } from './paint.ts'
import { cutEnd, padEnd, padStart, widthOf } from './printable.ts'

export interface Column<T> {
  title: string
  align?: 'left' | 'right'
  /** Width to which its texts may be cut in a narrow terminal. Default: they are never cut. */
  least?: number
  text(row: T): string
  paint?: (text: string, row: T) => string
}

/** A column of numbers. */
export const right = <T>(title: string, text: (row: T) => string): Column<T> => ({ title, align: 'right', text })

const GAP = '  '

/**
 * Renders a table as lines. While it is wider than `width`, texts are cut where a column allows it, and columns at the right are
 * left out; the last line then says which.
 */
export const renderTable = <T>(
  rows: readonly T[],
  { columns, width, paint }: { columns: readonly Column<T>[]; width: number; paint: Paint },
): string[] => {
  const { sized, missing } = fit(
    columns.map((column) => measure(column, rows)),
    width,
  )
  const line = (toCell: (one: Sized<T>) => string): string => sized.map(toCell).join(GAP).trimEnd()
  return [
    line((one) => paint.dim(pad(one.column.title, one))),
    ...rows.map((row) =>
      line((one) => {
        const text = pad(one.column.text(row), one)
        return one.column.paint === undefined ? text : one.column.paint(text, row)
      }),
    ),
    ...(missing === '' ? [] : [paint.dim(cutEnd(`${missing} at ${width} columns; --json has all`, width))]),
  ]
}

interface Sized<T> {
  column: Column<T>
  size: number
  /** Width of its widest text. */
  full: number
}

const measure = <T>(column: Column<T>, rows: readonly T[]): Sized<T> => {
  const full = rows.reduce((widest, row) => Math.max(widest, widthOf(column.text(row))), widthOf(column.title))
  return { column, size: full, full }
}

const leastOf = <T>({ column: { least, title }, full }: Sized<T>): number =>
  Math.min(full, least === undefined ? full : Math.max(least, widthOf(title)))

/** Chooses the columns and their widths. `missing` names what is left out or cut; empty: nothing is. */
const fit = <T>(all: readonly Sized<T>[], width: number): { sized: Sized<T>[]; missing: string } => {
  const sized = [...all]
  const widthBy = (sizeOf: (one: Sized<T>) => number): number =>
    sized.reduce((sum, one) => sum + sizeOf(one) + GAP.length, -GAP.length)
  while (sized.length > 1 && widthBy(leastOf) > width) sized.pop()
  for (let over = widthBy(({ size }) => size) - width; over > 0; ) {
    // The column with the most to give loses it first.
    const [widest] = sized.toSorted((one, other) => other.size - leastOf(other) - (one.size - leastOf(one)))
    const gives = widest === undefined ? 0 : Math.min(over, widest.size - leastOf(widest))
    if (widest === undefined || gives === 0) break
    widest.size -= gives
    over -= gives
  }
  return { sized, missing: describeMissing(all, sized) }
}

const describeMissing = <T>(all: readonly Sized<T>[], sized: readonly Sized<T>[]): string => {
  const nameOf = ({ column: { title } }: Sized<T>): string => title
  const left = all.slice(sized.length).map(nameOf)
  const cut = sized.filter(({ size, full }) => size < full).map(nameOf)
  return [
    ...(left.length === 0 ? [] : [`left out: ${left.join(', ')}`]),
    ...(cut.length === 0 ? [] : [`cut: ${cut.join(', ')}`]),
  ].join('; ')
}

const pad = <T>(text: string, { column, size }: Sized<T>): string =>
  column.align === 'right' ? padStart(text, size) : padEnd(cutEnd(text, size), size)
