/** Writes results, tables and hints as all commands do. */
import type { Channel, Context } from './context.ts'
import { toVisibleJson } from './printable.ts'
import { type Column, renderTable } from './table.ts'

/** Writes the value that `--json` prints, indented. */
export const writeJson = ({ stdout }: Pick<Context, 'stdout'>, value: unknown): void =>
  stdout.write(`${toVisibleJson(JSON.stringify(value, null, 2))}\n`)

/** Writes the value as one line of JSON. */
export const writeJsonLine = ({ stdout }: Pick<Context, 'stdout'>, value: unknown): void =>
  stdout.write(`${toVisibleJson(JSON.stringify(value))}\n`)

export const writeLines = ({ write }: Channel, lines: Iterable<string>): void => {
  for (const line of lines) write(`${line}\n`)
}

export const writeHint = ({ stderr }: Pick<Context, 'stderr'>, text: string): void =>
  stderr.write(`  ${stderr.paint.cyan('hint:')} ${text}\n`)

/** Cells that a line may fill; unlimited for files and pipes. */
export const widthOfChannel = ({ isTerminal, columns }: Channel): number =>
  isTerminal ? columns() : Number.POSITIVE_INFINITY

export const writeTable = <T>(channel: Channel, rows: readonly T[], columns: readonly Column<T>[]): void =>
  writeLines(channel, renderTable(rows, { columns, width: widthOfChannel(channel), paint: channel.paint }))
