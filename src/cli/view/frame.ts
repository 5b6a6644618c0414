/** Renders rows of a tree as coloured lines, cut to the width of the terminal and to a window of its height. */
import { countOf } from '../../core/count.ts'
import { formatDuration } from '../../core/duration.ts'
import { describeHits } from '../figures.ts'
import type { Paint } from '../paint.ts'
import { cutEnd, cutStart, joinLines, padEnd, padStart, toOneLine, widthOf } from '../printable.ts'
import type { RowDetail, RowState, StepRow } from './step-rows.ts'

export interface FrameOptions {
  columns: number
  /** Number of lines that may be used. */
  height: number
  paint: Paint
  /** Number of the frame, for animation. Undefined: the last frame, which has none. */
  tick: number | undefined
  /** Widest name so far, so that columns do not move back and forth. */
  nameWidth: number
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

const SYMBOLS: Record<Exclude<RowState, 'running'>, { symbol: string; color: keyof Paint }> = {
  pending: { symbol: '·', color: 'dim' },
  waiting: { symbol: '◷', color: 'yellow' },
  completed: { symbol: '✓', color: 'green' },
  skipped: { symbol: '–', color: 'dim' },
  failed: { symbol: '✗', color: 'red' },
  cancelled: { symbol: '⊘', color: 'yellow' },
}

const TIME_WIDTH = 7
const NAME_WIDTH = { min: 8, max: 36 }

export const renderRows = (rows: readonly StepRow[], options: FrameOptions): string[] => {
  const { shown, above, below } = toWindow(rows, options.height)
  const nameWidth = Math.min(options.nameWidth, Math.max(NAME_WIDTH.min, options.columns - TIME_WIDTH - 6))
  const { dim } = options.paint
  return [
    ...(above === 0 ? [] : [dim(cutEnd(`  ⋮ ${above} above`, options.columns))]),
    ...shown.map((row) => renderRow(row, { ...options, nameWidth })),
    ...(below === 0 ? [] : [dim(cutEnd(`  ⋮ ${below} below`, options.columns))]),
  ]
}

/** Width of the column of names for these rows. */
export const widestName = (rows: readonly StepRow[]): number =>
  Math.min(NAME_WIDTH.max, Math.max(NAME_WIDTH.min, ...rows.map(({ depth, name }) => depth * 2 + widthOf(name))))

/** Selects the rows that fit, around the first row that is in flight. */
const toWindow = (
  rows: readonly StepRow[],
  height: number,
): { shown: readonly StepRow[]; above: number; below: number } => {
  if (rows.length <= height) return { shown: rows, above: 0, below: 0 }
  const room = Math.max(1, height - 2)
  const live = rows.findIndex(({ state }) => state === 'running' || state === 'waiting' || state === 'failed')
  const first = live === -1 ? rows.length - room : live - Math.floor(room / 3)
  const start = Math.max(0, Math.min(first, rows.length - room))
  return { shown: rows.slice(start, start + room), above: start, below: rows.length - start - room }
}

const renderRow = (row: StepRow, options: FrameOptions): string => {
  const { paint, columns, nameWidth } = options
  const indent = '  '.repeat(row.depth)
  const name = padEnd(cutEnd(indent + row.name, nameWidth), nameWidth)
  const time = padStart(row.ms === undefined ? '' : formatDuration(row.ms), TIME_WIDTH)
  const used = 2 + nameWidth + 1 + TIME_WIDTH + 2
  const detail = columns <= used ? '' : renderDetail(row.detail, { width: columns - used - 1, paint })
  const isQuiet = row.state === 'pending' || row.state === 'skipped'
  // All symbols stand in the first cell, and names are indented, so that the tree is read by its names.
  return `${symbolOf(row.state, options)} ${isQuiet ? paint.dim(name) : name} ${paint.dim(time)}${detail === '' ? '' : `  ${detail}`}`
}

const symbolOf = (state: RowState, { paint, tick }: FrameOptions): string => {
  if (state === 'running') return paint.cyan(tick === undefined ? '◌' : (SPINNER[tick % SPINNER.length] ?? ''))
  const { symbol, color } = SYMBOLS[state]
  return paint[color](symbol)
}

const renderDetail = (detail: RowDetail, { width, paint }: { width: number; paint: Paint }): string => {
  switch (detail.kind) {
    case 'none':
      return ''
    case 'items':
      return renderItems(detail, { width, paint })
    case 'ended_items': {
      const failed = detail.failed === 0 ? '' : `, ${detail.failed} failed`
      return paint.dim(cutEnd(`${countOf(detail.total, 'item')}${failed}`, width))
    }
    case 'iteration':
      return paint.dim(cutEnd(`iteration ${detail.count}`, width))
    case 'retry':
      return paint.yellow(
        cutEnd(`attempt ${detail.attempt} failed: ${detail.code}, again in ${formatDuration(detail.inMs)}`, width),
      )
    case 'attempt':
      return paint.dim(renderAttempt(detail, width))
    case 'wait':
      return paint.dim(cutEnd(`${formatDuration(detail.leftMs)} left`, width))
    case 'cache':
      return paint.dim(cutEnd(describeHits(detail.hits), width))
    case 'fault':
      return paint.red(cutEnd(`${detail.code}: ${joinLines(detail.message)}`, width))
  }
}

const renderAttempt = ({ attempt, text }: { attempt: number; text: string }, width: number): string => {
  const head = attempt > 1 ? `attempt ${attempt}` : ''
  const said = toOneLine(text)
  if (said === '') return cutEnd(head, width)
  return head === '' ? cutStart(said, width) : `${head}  ${cutStart(said, Math.max(0, width - head.length - 2))}`
}

const BAR_WIDTH = 20

const renderItems = (
  { done, total, failed, isReading }: Extract<RowDetail, { kind: 'items' }>,
  { width, paint }: { width: number; paint: Paint },
): string => {
  const failures = failed === 0 ? '' : `  ${failed} failed`
  // How many items a file has is known at its end.
  if (isReading) return `${paint.dim(cutEnd(countOf(done, 'item'), width))}${paint.red(failures)}`
  const counts = `${done}/${total}`
  const bar = Math.min(BAR_WIDTH, width - counts.length - failures.length - 1)
  if (bar < 4) return cutEnd(counts + failures, width)
  const filled = total === 0 ? bar : Math.floor((done / total) * bar)
  return `${paint.cyan('━'.repeat(filled))}${paint.dim('━'.repeat(bar - filled))} ${counts}${paint.red(failures)}`
}
