/** Shows progress without a terminal: one line when a step starts, one when it ends. */
import { formatDuration } from '../../core/duration.ts'
import type { Run } from '../../runtime/run.ts'
import type { RunNotice } from '../../runtime/run-notice.ts'
import type { Scope } from '../../runtime/scope/scope.ts'
import type { RunWait } from '../../service/control/run-waits.ts'
import type { Channel } from '../context.ts'
import { describeHits, describeNear } from '../figures.ts'
import { joinLines } from '../printable.ts'
import { describeHeld, keyOfWait, listShownWaits, toWaitLines } from '../run-waits-text.ts'
import type { RunView, ViewedRun } from './run-view.ts'
import { type StepChange, StepTracker, type TrackedStep } from './step-tracker.ts'

/** Interval between two counts of the items of a foreach. */
const COUNT_EVERY_MS = 2_000

export const createPlainView = (
  channel: Channel,
  { workflow, isResumed }: ViewedRun,
  now: () => number = Date.now,
): RunView => {
  const tracker = new StepTracker(workflow, now)
  let run: Run | undefined
  let countedAt = now()
  const say = (text: string): void => channel.write(`${text}\n`)
  const waits = createWaitReport(say, () => run)
  const report = (): void => {
    if (run === undefined) return
    for (const change of tracker.readChanges(run)) {
      const line = describeChange(change, tracker)
      if (line !== undefined) say(line)
    }
    waits.report()
    if (now() - countedAt < COUNT_EVERY_MS) return
    countedAt = now()
    for (const line of describeItems(run, tracker.steps)) say(line)
  }
  return {
    begin(begun) {
      run = begun
      say(`${workflow.name}: run ${run.id} ${isResumed ? 'goes on' : 'started'}`)
      if (isResumed) tracker.skipPast(run)
      report()
    },
    take(notice) {
      if (notice.type === 'effect.ended') tracker.take(notice)
      else if (notice.type === 'run.held') say(describeHeld(notice.cause))
      else if (notice.type === 'run.warned') say(describeNear(notice))
      else if (notice.type === 'attempt.failed') say(describeFailure(notice))
      else if (notice.type === 'run.changed' || notice.type === 'attempt.started') report()
    },
    ask: waits.ask,
    say,
    end: report,
  }
}

/** Delay before open questions are listed, so that a run with many events does not list them at each one. */
const WAIT_LOOK_MS = 100

/** Reports each question once. */
const createWaitReport = (say: (text: string) => void, current: () => Run | undefined) => {
  const said = new Set<string>()
  let ofChildren: readonly RunWait[] = []
  let isDue = false
  const look = (): void => {
    isDue = false
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
      if (!isDue) setTimeout(look, WAIT_LOOK_MS).unref()
      isDue = true
    },
    ask(asked: readonly RunWait[]): void {
      ofChildren = asked
      look()
    },
  }
}

const indent = ({ depth }: TrackedStep): string => '  '.repeat(depth + 1)

const describeChange = (change: StepChange, { cacheHits }: StepTracker): string | undefined => {
  const { step } = change
  if (change.type === 'started') return isMoment(step) ? undefined : `${indent(step)}${step.id}: started`
  const { status, attempts, error } = change.record
  if (status === 'skipped' || status === 'cancelled') return `${indent(step)}${step.id}: ${status}`
  const time = isMoment(step) || change.ms === undefined ? '' : ` in ${formatDuration(change.ms)}`
  const tries = attempts > 1 ? `, ${attempts} attempts` : ''
  const hits = cacheHits.get(step.id)
  const cache = hits === undefined ? '' : `, ${describeHits(hits)}`
  const why = status === 'failed' ? `: ${describeError(error)}` : ''
  return `${indent(step)}${step.id}: ${status}${time}${tries}${cache}${why}`
}

/** Steps that take no time get no line for their start. */
const isMoment = ({ kind }: TrackedStep): boolean => kind === 'set' || kind === 'fail' || kind === 'switch'

const describeError = (error: unknown): string => {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string }
  return `${code}: ${joinLines(message)}`
}

const describeFailure = ({
  effect,
  fault,
  figures,
  retryInMs,
  fallsBackTo,
}: Extract<RunNotice, { type: 'attempt.failed' }>): string => {
  const next = fallsBackTo === undefined ? `again in ${formatDuration(retryInMs)}` : `now by ${fallsBackTo}`
  return `  ${effect.path}: attempt ${figures.attempt} failed: ${describeError(fault)} (${next})`
}

const describeItems = (run: Run, steps: readonly TrackedStep[]): string[] => {
  const root: Scope | undefined = run.state.root
  return steps.flatMap((step) => {
    const counts = root?.open.get(step.id)?.pool?.counts
    if (counts === undefined) return []
    const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`
    return [`${indent(step)}${step.id}: ${counts.done} of ${counts.total} items done${failed}`]
  })
}
