import type { Paint } from './paint.ts'
import { padEnd, padStart, widthOf } from './printable.ts'

export interface Column<T> {
  title: string
  align?: 'left' | 'right'
  text(row: T): string
  paint?: (text: string, row: T) => string
}

/** A column of numbers. */
export const right = <T>(title: string, text: (row: T) => string): Column<T> => ({ title, align: 'right', text })

const GAP = '  '

/** Renders a table as lines. Columns at the right are dropped while it is wider than `width`. */
export const renderTable = <T>(
  rows: readonly T[],
  { columns, width, paint }: { columns: readonly Column<T>[]; width: number; paint: Paint },
): string[] => {
  const sized = columns.map((column) => ({
    column,
    size: Math.max(widthOf(column.title), ...rows.map((row) => widthOf(column.text(row)))),
  }))
  const total = (): number => sized.reduce((sum, { size }) => sum + size + GAP.length, -GAP.length)
  while (sized.length > 1 && total() > width) sized.pop()
  const line = (toCell: (column: Column<T>, size: number) => string): string =>
    sized
      .map(({ column, size }) => toCell(column, size))
      .join(GAP)
      .trimEnd()
  return [
    line((column, size) => paint.dim(pad(column.title, { column, size }))),
    ...rows.map((row) =>
      line((column, size) => {
        const text = pad(column.text(row), { column, size })
        return column.paint === undefined ? text : column.paint(text, row)
      }),
    ),
  ]
}

const pad = <T>(text: string, { column, size }: { column: Column<T>; size: number }): string =>
  column.align === 'right' ? padStart(text, size) : padEnd(text, size)
