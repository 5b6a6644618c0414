/**
 * Shows progress without a terminal: a line when a step starts and one when it ends, for each visit and in order. Steps that take no
 * time have one line. Items of a foreach and storms of retries are summed up.
 */
import { type Clock, systemClock } from '../../core/clock.ts'
import { countOf } from '../../core/count.ts'
import { formatDuration } from '../../core/duration.ts'
import type { RunWait } from '../../service/control/run-waits.ts'
import type { Channel } from '../context.ts'
import { describeFault } from '../fault-text.ts'
import { describeHits, describeNear, describeWarning } from '../figures.ts'
import { describeHeld, keyOfWait, listShownWaits, toWaitLines } from '../run-waits-text.ts'
import { createRetryReport } from './retry-report.ts'
import type { RunView, ShownState, ViewedRun } from './run-view.ts'
import { type StepChange, StepTracker, type TrackedStep } from './step-tracker.ts'

/** Interval between two counts of the items of a foreach. */
const COUNT_EVERY_MS = 2_000

export const createPlainView = (channel: Channel, viewed: ViewedRun, clock: Clock = systemClock): RunView => {
  const { workflow, isResumed } = viewed
  const tracker = new StepTracker(viewed, () => clock.now())
  let run: ShownState | undefined
  let countedAt = clock.now()
  /** Lines of the time before `begin`: a run may have gone on when its view is told of it. */
  const early: string[] = []
  const say = (text: string): void => {
    if (run === undefined) early.push(text)
    else channel.write(`${text}\n`)
  }
  const retries = createRetryReport((id, text) => say(`${indent(tracker.find(id))}${text}`), clock)
  const waits = createWaitReport(say, { current: () => run, clock })
  const show = (change: StepChange): void => {
    if (change.type === 'ended') retries.flush(change.step.id)
    const line = describeChange(change, tracker)
    if (line !== undefined) say(line)
  }
  const report = (): void => {
    waits.report()
    if (run === undefined || clock.now() - countedAt < COUNT_EVERY_MS) return
    countedAt = clock.now()
    for (const line of describeItems(run, tracker.steps)) say(line)
  }
  return {
    begin(begun) {
      run = begun
      say(`${workflow.name}: run ${run.id} ${isResumed ? 'goes on' : 'started'}`)
      for (const line of early.splice(0)) say(line)
      report()
    },
    take(notice) {
      if (notice.type === 'run.changed') for (const change of tracker.readChanges(notice.contexts)) show(change)
      else if (notice.type === 'effect.ended') tracker.take(notice)
      else if (notice.type === 'attempt.failed') retries.take(notice)
      else if (notice.type === 'run.held') say(describeHeld(notice.cause))
      else if (notice.type === 'run.warned') say(describeNear(notice))
      else if (notice.type === 'attempt.warned') say(`${notice.effect.path}: ${describeWarning(notice.warning)}`)
      if (notice.type === 'run.changed' || notice.type === 'attempt.started') report()
    },
    ask: waits.ask,
    say,
    end() {
      retries.end()
      waits.end()
    },
  }
}

/** Delay before open questions are listed, so that a run with many events does not list them at each one. */
const WAIT_LOOK_MS = 100

/** Reports each question once. */
const createWaitReport = (
  say: (text: string) => void,
  { current, clock }: { current: () => ShownState | undefined; clock: Clock },
) => {
  const said = new Set<string>()
  let ofChildren: readonly RunWait[] = []
  let disarm: (() => void) | undefined
  const look = (): void => {
    disarm = undefined
    const run = current()
    if (run === undefined) return
    for (const wait of listShownWaits(run, ofChildren)) {
      const key = keyOfWait(wait)
      if (said.has(key)) continue
      said.add(key)
      const [text, command] = toWaitLines(wait)
      say(`  ${text}\n    ${command}`)
    }
  }
  return {
    report(): void {
      disarm ??= clock.wakeAt(clock.now() + WAIT_LOOK_MS, look)
    },
    ask(asked: readonly RunWait[]): void {
      ofChildren = asked
      look()
    },
    end(): void {
      disarm?.()
    },
  }
}

const indent = (step: TrackedStep | undefined): string => '  '.repeat((step?.depth ?? 0) + 1)

const describeChange = (change: StepChange, { cacheHits, itemTotals }: StepTracker): string | undefined => {
  const { step } = change
  const head = `${indent(step)}${step.name}`
  if (change.type === 'started') return isMoment(step) ? undefined : `${head}: started`
  const { record, ms } = change
  const time = isMoment(step) || ms === undefined ? '' : ` in ${formatDuration(ms)}`
  if (record === undefined) return `${head}: ended${time}`
  const { status, attempts, error } = record
  // A retry of the block around it has made its record new.
  if (status === 'skipped' || status === 'cancelled' || status === 'pending')
    return `${head}: ${status === 'pending' ? 'cancelled' : status}`
  const tries = attempts > 1 ? `, ${countOf(attempts, 'attempt')}` : ''
  const hits = cacheHits.get(step.id)
  const cache = hits === undefined ? '' : `, ${describeHits(hits)}`
  const why = status === 'failed' ? `: ${describeFault(error)}` : ''
  return `${head}: ${status}${time}${describeTotals(itemTotals.get(step.id))}${tries}${cache}${why}`
}

const describeTotals = (totals: { total: number; failed: number } | undefined): string => {
  if (totals === undefined) return ''
  return `, ${countOf(totals.total, 'item')}${totals.failed === 0 ? '' : `, ${totals.failed} failed`}`
}

/** Steps that take no time get no line for their start. */
const isMoment = ({ kind }: TrackedStep): boolean => kind === 'set' || kind === 'fail'

const describeItems = (run: ShownState, steps: readonly TrackedStep[]): string[] =>
  steps.flatMap((step) => {
    const counts = run.state.root?.open.get(step.id)?.pool?.counts
    if (counts === undefined) return []
    const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`
    const done = counts.isReading ? countOf(counts.done, 'item') : `${counts.done} of ${countOf(counts.total, 'item')}`
    return [`${indent(step)}${step.id}: ${done} done${failed}`]
  })
