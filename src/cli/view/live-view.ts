/**
 * Shows progress on a terminal: the tree of steps, redrawn in place.
 *
 * 1. It owns the lines it has drawn and the cursor. It hides the cursor, and shows it again on every exit of the process.
 * 2. It redraws at most ten times a second, whatever the number of events.
 * 3. Each line is cut to the terminal, so that none wraps. After a change of size it counts the rows that wrapped before it clears them.
 */
import { writeSync } from 'node:fs'
import { formatDuration } from '../../core/duration.ts'
import type { AnsweredWait, RunWait } from '../../service/control/run-waits.ts'
import type { Channel } from '../context.ts'
import { describeNear, describeWarning } from '../figures.ts'
import { cutEnd, widthOf } from '../printable.ts'
import { describeHeld, listShownWaits, toWaitLines } from '../run-waits-text.ts'
import { renderRows, widestName } from './frame.ts'
import type { RunView, ShownState, ViewedRun } from './run-view.ts'
import { listRows } from './step-rows.ts'
import { StepTracker } from './step-tracker.ts'

const FRAME_MS = 100

/** Lines besides the tree: the title above it, and below it the line of the cursor. */
const OTHER_LINES = 3

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_BELOW = '\x1b[J'
/** Terminals that support it show a frame at once; others ignore it: https://contour-terminal.org/vt-extensions/synchronized-output/ */
const BEGIN_FRAME = '\x1b[?2026h'
const END_FRAME = '\x1b[?2026l'

export const createLiveView = (channel: Channel, viewed: ViewedRun): RunView => {
  const { workflow } = viewed
  const tracker = new StepTracker(viewed)
  const screen = createScreen(channel)
  const startedAt = Date.now()
  let run: ShownState | undefined
  let tick: number | undefined = 0
  let note = ''
  let held = ''
  const near = new Map<string, string>()
  let ofChildren: readonly RunWait[] = []
  let nameWidth = 0
  const draw = (): void => {
    if (run === undefined) return
    const { paint } = channel
    const columns = channel.columns()
    const asked = tick === undefined ? [] : renderWaits(listShownWaits(run, ofChildren), { columns, paint })
    const paused = run.isPaused ? `paused; to go on: troupe unpause ${run.id}` : ''
    const notes = [held, ...near.values(), paused, note].filter(Boolean)
    const height = Math.max(1, channel.rows() - OTHER_LINES - notes.length - asked.length)
    const rows = listRows(tracker, { run, now: Date.now() })
    if (tick !== undefined) tick++
    nameWidth = Math.max(nameWidth, widestName(rows))
    screen.draw([
      renderTitle(`${workflow.name}`, { id: run.id, ms: Date.now() - startedAt, columns, channel }),
      ...renderRows(rows, { columns, height, paint, tick, nameWidth }),
      ...asked,
      ...notes.map((text) => paint.yellow(cutEnd(text, columns - 1))),
    ])
  }
  let timer: NodeJS.Timeout | undefined
  const stopListening = channel.onResize(() => {
    if (timer !== undefined) draw()
  })
  return {
    begin(begun) {
      run = begun
      screen.open()
      draw()
      timer = setInterval(draw, FRAME_MS)
    },
    take(notice) {
      tracker.take(notice)
      if (notice.type === 'run.warned') near.set(notice.limit, describeNear(notice))
      if (notice.type === 'attempt.warned')
        near.set(notice.effect.step, `${notice.effect.step}: ${describeWarning(notice.warning)}`)
      if (notice.type === 'run.held') held = notice.cause === undefined ? '' : describeHeld(notice.cause)
      if (notice.type === 'run.changed') tracker.readChanges(notice.contexts)
    },
    ask(asked) {
      ofChildren = asked
    },
    say(text) {
      note = text
      draw()
    },
    end() {
      clearInterval(timer)
      timer = undefined
      stopListening()
      note = ''
      tick = undefined
      draw()
      screen.close()
    },
  }
}

/** Most waits that are shown, with two lines each. */
const MOST_WAITS = 3

const renderWaits = (
  waits: readonly AnsweredWait[],
  { columns, paint }: { columns: number; paint: Channel['paint'] },
): string[] => {
  const more = waits.length - MOST_WAITS
  return [
    ...waits.slice(0, MOST_WAITS).flatMap((wait) => {
      const [text, command] = toWaitLines(wait)
      return [paint.yellow(cutEnd(`◷ ${text}`, columns - 1)), paint.cyan(cutEnd(`  ${command}`, columns - 1))]
    }),
    ...(more > 0 ? [paint.dim(cutEnd(`  ⋮ ${more} more: troupe approvals list`, columns - 1))] : []),
  ]
}

const renderTitle = (
  name: string,
  { id, ms, columns, channel }: { id: string; ms: number; columns: number; channel: Channel },
): string => {
  const { bold, dim } = channel.paint
  const time = formatDuration(ms)
  const shown = cutEnd(name, columns - 1)
  const rest = `  ${id}  ${time}`
  return widthOf(shown) + rest.length < columns ? bold(shown) + dim(rest) : bold(shown)
}

const createScreen = (channel: Channel) => {
  let drawn: number[] = []
  let isOpen = false
  const show = (): void => {
    if (isOpen) writeSync(process.stderr.fd, SHOW_CURSOR)
    isOpen = false
  }
  const suspend = (): void => {
    show()
    process.kill(process.pid, 'SIGSTOP')
  }
  const resume = (): void => {
    drawn = []
    isOpen = true
    channel.frame('', { before: HIDE_CURSOR })
  }
  return {
    open(): void {
      isOpen = true
      channel.frame('', { before: HIDE_CURSOR })
      process.on('exit', show)
      process.on('SIGTSTP', suspend)
      process.on('SIGCONT', resume)
    },
    draw(lines: readonly string[]): void {
      const up = countRows(drawn, channel.columns())
      const back = up === 0 ? '\r' : `\r\x1b[${up}A`
      channel.frame(`${lines.join('\n')}\n`, { before: BEGIN_FRAME + back + CLEAR_BELOW, after: END_FRAME })
      drawn = lines.map(widthOf)
    },
    close(): void {
      if (isOpen) channel.frame('', { before: SHOW_CURSOR })
      isOpen = false
      process.off('exit', show)
      process.off('SIGTSTP', suspend)
      process.off('SIGCONT', resume)
    },
  }
}

/** Number of rows that lines of these widths take: a terminal that became narrower has wrapped them. */
const countRows = (widths: readonly number[], columns: number): number =>
  widths.reduce((total, width) => total + Math.max(1, Math.ceil(width / Math.max(1, columns))), 0)
