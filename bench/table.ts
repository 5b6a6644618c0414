import { availableParallelism, cpus } from 'node:os'
import type { Row } from './rows.ts'

export const formatTable = (rows: readonly Row[], versions: Readonly<Record<string, string>>): string => {
  const cells = rows.map((row) => [
    row.id,
    row.peer,
    row.metric,
    `${round(row.median)} ${row.unit}`,
    `${round(row.min)} to ${round(row.max)}`,
    row.note,
  ])
  const table = [['', 'who', 'metric', 'median', 'min to max', 'note'], ...cells]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? []
  const lines = table.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  const named = Object.entries(versions).map((entry) => entry.join(' '))
  return [...lines.map((line) => line.trimEnd()), '', named.join(', '), describeMachine()].join('\n')
}

const describeMachine = (): string =>
  `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${process.arch}`

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2))
