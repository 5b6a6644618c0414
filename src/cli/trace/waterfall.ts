/** Draws rows on a common time axis, cut to the width of the terminal. */

import { formatCount } from '../../core/count.ts'
import { formatDuration } from '../../core/duration.ts'
import type { Paint } from '../paint.ts'
import { cutEnd, padEnd, padStart, toOneLine, widthOf, wrapWords } from '../printable.ts'
import type { TraceRow } from './trace-rows.ts'

export interface WaterfallOptions {
  /** Start and end of the axis, in epoch milliseconds. */
  from: number
  to: number
  width: number
  paint: Paint
  /** Long names and notes. `cut`: to the width. `wrap`: notes below their row. `whole`: in one line, for files and pipes. */
  long: 'cut' | 'wrap' | 'whole'
}

const SYMBOLS: Record<TraceRow['state'], { symbol: string; color: keyof Paint }> = {
  completed: { symbol: '✓', color: 'green' },
  failed: { symbol: '✗', color: 'red' },
  retried: { symbol: '↻', color: 'yellow' },
  lost: { symbol: '?', color: 'yellow' },
  late: { symbol: '◌', color: 'dim' },
  waited: { symbol: '◷', color: 'cyan' },
  timed_out: { symbol: '◷', color: 'red' },
  stopped: { symbol: '⊘', color: 'yellow' },
  noted: { symbol: '!', color: 'yellow' },
  begun: { symbol: '▸', color: 'cyan' },
  items: { symbol: '▸', color: 'cyan' },
}

const LONGEST_NAME = 40
const LONGEST_BAR = 60
const SHORTEST_BAR = 10
const TIME_WIDTH = 7

export const renderWaterfall = (rows: readonly TraceRow[], options: WaterfallOptions): string[] => {
  const nameWidth = Math.min(
    options.long === 'cut' ? LONGEST_NAME : Number.POSITIVE_INFINITY,
    Math.max(
      4,
      widest(rows, ({ depth, name }) => depth * 2 + widthOf(name)),
    ),
  )
  const tokenWidth = widest(rows, (row) => describeTokens(row).length)
  const fixed = 2 + nameWidth + 2 + TIME_WIDTH + (tokenWidth === 0 ? 0 : tokenWidth + 2)
  const room = options.width - fixed - 2
  const barWidth = Math.max(SHORTEST_BAR, Math.min(LONGEST_BAR, Math.floor(room * 0.6)))
  const layout = { ...options, nameWidth, tokenWidth, barWidth, noteWidth: options.width - fixed - barWidth - 2 }
  return [renderAxis(layout), ...rows.flatMap((row) => renderRow(row, layout))]
}

/** No spread: with --all there may be more rows than a call takes arguments. */
const widest = (rows: readonly TraceRow[], measure: (row: TraceRow) => number): number =>
  rows.reduce((width, row) => Math.max(width, measure(row)), 0)

interface Layout extends WaterfallOptions {
  nameWidth: number
  tokenWidth: number
  barWidth: number
  /** Columns that remain for notes. Below `SHORTEST_NOTE`, a note gets a line of its own. */
  noteWidth: number
}

const renderAxis = ({ from, to, nameWidth, barWidth, paint }: Layout): string => {
  const end = formatDuration(to - from)
  return paint.dim(`${' '.repeat(2 + nameWidth + 2)}0${padStart(end, barWidth - 1)}`)
}

/** A narrower note is not readable. */
const SHORTEST_NOTE = 24

const renderRow = (row: TraceRow, layout: Layout): string[] => {
  const { nameWidth, tokenWidth, noteWidth, paint, width, long } = layout
  const { symbol, color } = SYMBOLS[row.state]
  const name = padEnd(cutEnd('  '.repeat(row.depth) + row.name, nameWidth), nameWidth)
  const time = padStart(row.hasDuration ? formatDuration(row.endedAt - row.startedAt) : '', TIME_WIDTH)
  const tokens = tokenWidth === 0 ? '' : `  ${padStart(describeTokens(row), tokenWidth)}`
  const note = toOneLine(row.note)
  const line = `${paint[color](symbol)} ${name}  ${renderBar(row, layout)}${time}${paint.dim(tokens)}`
  const paintNote = row.state === 'failed' ? paint.red : paint.dim
  if (note === '') return [line.trimEnd()]
  if (long === 'whole' || (long === 'wrap' && widthOf(note) <= noteWidth - 2)) return [`${line}  ${paintNote(note)}`]
  if (long === 'wrap')
    return [
      line.trimEnd(),
      ...wrapWords(note, Math.max(SHORTEST_NOTE, width - 4)).map((text) => `    ${paintNote(text)}`),
    ]
  if (noteWidth - 2 >= SHORTEST_NOTE) return [`${line}  ${paintNote(cutEnd(note, noteWidth - 2))}`]
  return [line.trimEnd(), `    ${paintNote(cutEnd(note, Math.max(SHORTEST_NOTE, width - 4)))}`]
}

const renderBar = ({ startedAt, endedAt, state }: TraceRow, { from, to, barWidth, paint }: Layout): string => {
  const span = Math.max(1, to - from)
  const toCell = (at: number): number => ((Math.min(Math.max(at, from), to) - from) / span) * barWidth
  const start = Math.min(barWidth - 1, Math.floor(toCell(startedAt)))
  const end = Math.max(start + 1, Math.round(toCell(endedAt)))
  const filled = (endedAt === startedAt ? '╸' : '━').repeat(end - start)
  return ' '.repeat(start) + paint[SYMBOLS[state].color](filled) + ' '.repeat(barWidth - end)
}

const describeTokens = ({ usage: { input_tokens, output_tokens, cache_hits = 0 } }: TraceRow): string => {
  const tokens =
    input_tokens + output_tokens === 0 ? '' : `${formatCount(input_tokens)}→${formatCount(output_tokens)} tok`
  const hits = cache_hits === 0 ? '' : cache_hits === 1 ? 'from cache' : `${formatCount(cache_hits)} from cache`
  return [tokens, hits].filter((text) => text !== '').join(', ')
}
