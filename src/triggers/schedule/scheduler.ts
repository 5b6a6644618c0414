/**
 * Begins runs by the clock: takes the due slots of the schedules in the store, and submits a run for each.
 *
 * 1. A slot begins one run, however many hosts read it and however often one of them dies: the idempotency key of the run names the
 *    schedule and the slot.
 * 2. A schedule advances behind each slot, and only after the run of the slot is submitted.
 * 3. A slot that fails before it has a run is over, and is kept with its fault, in the transaction in which the schedule advances.
 * 4. It looks at each whole second, whatever a look took: a slot is taken within its second, and slots that came while a look went on
 *    are taken by the next one.
 */
import { Beat } from '../../core/beat.ts'
import type { Clock } from '../../core/clock.ts'
import { isFault } from '../../core/fault.ts'
import type { OpenedSchedule } from '../../service/schedules/open-schedule.ts'
import { toSlotFailure } from '../../service/schedules/slot-failure.ts'
import { createSlots } from '../../service/schedules/slots.ts'
import { type TakenSlots, takeSlots } from '../../service/schedules/take-slots.ts'
import type { ScheduleRecord, ScheduleSlot, SkippedSlots } from '../../store/schedule-record.ts'
import type { Store } from '../../store/store.ts'

export interface SchedulerOptions {
  store: Store
  clock: Clock
  /** Opens the port that starts the runs of a schedule. @throws Fault */
  open(schedule: ScheduleRecord): Promise<OpenedSchedule>
  /** Called when a schedule can't be read or its run not be submitted; without a schedule, when the store can't be read. */
  onProblem(problem: { schedule: string | undefined; cause: unknown }): void
  /** Called when slots were passed over without a run. */
  onSkipped?(skipped: { schedule: string } & Pick<SkippedSlots, 'count'>): void
}

const SECOND_MS = 1_000

/** Most slots of a schedule that one look takes, so that a long past delays no other schedule. */
const MOST_AT_ONCE = 100

/** Schedules that are taken at the same time: their writes share transactions, and their workflows the memory. */
const MOST_SCHEDULES = 16

export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #beat: Beat
  #lookedAt: number | undefined

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#beat = new Beat(options.clock, () => this.#look())
  }

  start(): void {
    this.#beat.start()
  }

  /** Resolves when no slot is taken any more. */
  stop(): Promise<void> {
    return this.#beat.stop()
  }

  async #look(): Promise<number> {
    const { store, clock, onProblem } = this.#options
    const now = clock.now()
    const since = this.#lookedAt ?? now
    try {
      const due = await store.listDueSchedules(now)
      for (let start = 0; start < due.length; start += MOST_SCHEDULES) {
        const group = due.slice(start, start + MOST_SCHEDULES)
        await Promise.all(group.map((schedule) => this.#take(schedule, { now, since })))
      }
      this.#lookedAt = now
    } catch (cause) {
      onProblem({ schedule: undefined, cause })
    }
    return SECOND_MS - (clock.now() % SECOND_MS)
  }

  async #take(schedule: ScheduleRecord, { now, since }: { now: number; since: number }): Promise<void> {
    const { id, nextAt, expression, timezone } = schedule
    if (nextAt === null || this.#beat.isStopped) return
    try {
      const slots = createSlots(expression, timezone ?? 'UTC')
      await this.#run(schedule, await takeSlots(slots, { ...schedule, dueAt: nextAt, now, since }))
    } catch (cause) {
      this.#options.onProblem({ schedule: id, cause })
    }
  }

  /** Starts a run for each slot, until another host goes on with the schedule. */
  async #run(schedule: ScheduleRecord, { fire, skipped, next }: TakenSlots): Promise<void> {
    const attempts = { start: this.#createStart(schedule), told: new Set<unknown>() }
    const steps = fire.length === 0 ? [null] : fire.slice(0, MOST_AT_ONCE)
    let from = schedule.nextAt ?? 0
    for (const [index, slot] of steps.entries()) {
      if (this.#beat.isStopped) return
      const tried = slot === null ? {} : { tried: await this.#try(schedule, { slot, ...attempts }) }
      const to = fire[index + 1] ?? next ?? null
      if (!(await this.#advance(schedule.id, { from, to, skipped: index === 0 ? skipped : 0, ...tried }))) return
      from = to ?? 0
    }
  }

  /** Opens the schedule for its first slot: one that can't be opened fails each slot, and is opened once. */
  #createStart(schedule: ScheduleRecord): (slot: number) => Promise<unknown> {
    let opened: Promise<OpenedSchedule> | undefined
    return async (slot) => {
      opened ??= this.#options.open(schedule)
      return (await opened).start(slot)
    }
  }

  async #advance(id: string, move: Omit<ScheduleSlot, 'at'> & { skipped: number }): Promise<boolean> {
    const { store, clock, onSkipped } = this.#options
    const isOurs = await store.advanceSchedule(id, { ...move, at: clock.now() })
    if (isOurs && move.skipped > 0) onSkipped?.({ schedule: id, count: move.skipped })
    return isOurs
  }

  /** A faulty workflow, or a rejection by its flow, would fail again: the slot is over, and the problem is reported. */
  async #try(
    schedule: ScheduleRecord,
    { slot, start, told }: { slot: number; start(slot: number): Promise<unknown>; told: Set<unknown> },
  ): Promise<NonNullable<ScheduleSlot['tried']>> {
    try {
      await start(slot)
      return 'passed'
    } catch (cause) {
      if (!isFault(cause)) throw cause
      // One fault of opening the schedule fails all of its slots.
      if (!told.has(cause)) this.#options.onProblem({ schedule: schedule.id, cause })
      told.add(cause)
      return toSlotFailure(cause, { slot, at: this.#options.clock.now() })
    }
  }
}
