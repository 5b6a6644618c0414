/** The parts of a run in this process, wired to each other and to the run that they report to. */
import { placeSteps } from '../compiler/place-steps.ts'
import type { RunChange } from '../store/store.ts'
import { type EffectListener, EffectRunner } from './effects/effect-runner.ts'
import { LongPauses } from './effects/long-pauses.ts'
import { type Deadline, findDeadline } from './effects/retry-after.ts'
import type { OpenEffect } from './effects/run-effect.ts'
import type { RecoveredRun } from './recovery.ts'
import { RunChanges } from './run-change.ts'
import { type FoldedEvent, RunEvents } from './run-events.ts'
import { type JournalFailure, RunJournal } from './run-journal.ts'
import type { RunOptions } from './run-options.ts'
import { RunRest } from './run-rest.ts'
import type { RunState } from './run-state.ts'
import { RunSnapshots } from './snapshot/run-snapshots.ts'
import { TakeOver } from './take-over.ts'
import type { Asked } from './waits/read-message.ts'
import { RunAlarms } from './waits/run-alarms.ts'
import { RunInbox } from './waits/run-inbox.ts'

/** The run, as its parts report to it. */
export interface RunListener extends Omit<EffectListener, 'broken' | 'resume'> {
  /** True for effects that a pause of the run holds back. */
  isHeldBack(effect: OpenEffect): boolean
  take(asked: Asked, taken: Pick<RunChange, 'inboxTaken'>): void
  folded(one: FoldedEvent<Taken>): void
  /** Events that waited for others are folded. */
  idle(): void
  leave(failure: JournalFailure): void
  /** False: it is paused, or leaves. */
  isCalm(): boolean
}

/** Parts that an event brings along into the change that it makes. */
export type Taken = Pick<RunChange, 'inboxTaken' | 'begunAt'>

export interface RunParts {
  events: RunEvents<Taken>
  alarms: RunAlarms
  runner: EffectRunner
  journal: RunJournal
  inbox: RunInbox
  changes: RunChanges
  takeOver: TakeOver
  pauses: LongPauses
  rest: RunRest
}

export const createRunParts = (recovered: RecoveredRun, options: RunOptions, on: RunListener): RunParts => {
  const { clock, workflow, watch, budget, claim } = options
  const { state, keyRun, seq, bounds, histories } = recovered
  const { happen, take, note, count, returned, leave } = on
  const broken = (cause: unknown): void => leave({ kind: 'broken', cause })
  const { timeMs } = workflow.limits
  const endsAt = (): number | undefined =>
    timeMs === undefined || state.begunAt === undefined || state.isEnding ? undefined : state.begunAt + timeMs
  const alarms = new RunAlarms({ clock, endsAt, timeMs, happen })
  const { plans } = workflow
  const deadlineOf = createDeadlines(options, { state, alarms })
  const resume: EffectListener['resume'] = (effect, begin) => pauses.end(effect, begin)
  const effectListener = { happen, note, resume, count, returned, broken }
  const whileOurs = (act: () => void): void => journal.whileOurs(act)
  const runner = new EffectRunner({ ...options, keyRun, plans, deadlineOf, whileOurs, on: effectListener })
  const journal = new RunJournal({
    ...options,
    seq,
    onRow: (row) => {
      bounds.take(row)
      snapshots.take(row)
    },
    onBroken: leave,
    onHeld: (cause) => watch({ type: 'run.held', cause }),
    onEnded: () => snapshots.drop(),
  })
  const isCalm = (): boolean => on.isCalm() && !events.isBusy
  const snapshots = new RunSnapshots({ ...options, recovered, journal, isCalm })
  const pauses = new LongPauses({ clock, journal, isHeldBack: on.isHeldBack })
  const events = new RunEvents<Taken>({ state, folded: on.folded, idle: on.idle, broken })
  const inbox = new RunInbox({
    ...options,
    isBusy: () => events.isBusy,
    openWaits: () => state.openWaits(),
    isEnding: () => state.isEnding,
    onAsked: take,
    onBroken: broken,
  })
  const hasChildren = workflow.children.size > 0
  const changes = new RunChanges({ runId: claim.runId, hasChildren, clock, journal, runner, histories, count })
  const takeOver = new TakeOver({ recovered, journal, alarms, runner, budget, clock })
  const rest = new RunRest({ workflow, state, runner, inbox, journal, alarms })
  return { events, alarms, runner, journal, inbox, changes, takeOver, pauses, rest }
}

/** The deadlines of effects. Places of steps are looked up when one is first asked for. */
const createDeadlines = (
  { workflow, clock }: Pick<RunOptions, 'workflow' | 'clock'>,
  { state, alarms }: { state: RunState; alarms: RunAlarms },
): ((effect: OpenEffect) => Deadline) => {
  let places: ReturnType<typeof placeSteps> | undefined
  return (effect) => {
    places ??= placeSteps(workflow.workflow)
    return findDeadline(effect, { now: clock.now(), timers: state.openTimers(), ofRun: alarms.ofRun, places })
  }
}
