/**
 * Begins runs by the clock: takes the slots of the schedules in the store, and submits a run for each.
 *
 * A slot begins one run however many hosts look at it, and however often one of them dies in the middle: its run is submitted
 * under a key that names the schedule and the slot, and only then the schedule moves on.
 */
import type { ScheduleTrigger } from '../../compiler/link/schedule-triggers.ts'
import { Beat } from '../../core/beat.ts'
import type { Clock } from '../../core/clock.ts'
import { isFault } from '../../core/fault.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createSlots, takeSlots } from '../../service/schedules/slots.ts'
import type { ScheduleRecord } from '../../store/schedule-record.ts'
import type { Store } from '../../store/store.ts'

export interface SchedulerOptions {
  store: Store
  clock: Clock
  /** The trigger of a schedule, with what makes its runs. @throws Fault */
  open(schedule: ScheduleRecord): Promise<OpenedSchedule>
  /** A schedule could not be read, or its run not be submitted; or (without one) the store not be asked. */
  onProblem(problem: { schedule: string | undefined; cause: unknown }): void
}

export interface OpenedSchedule {
  trigger: ScheduleTrigger
  /** Values of the variables that its expressions may read. */
  env: JsonObject
  /** Puts a run into the store; the same key is the same run. @throws Fault `invalid_input`, `conflict` */
  submit(run: { key: string; input: JsonValue; schedule: string }): Promise<void>
}

const BEAT_MS = 1_000

export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #beat: Beat

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#beat = new Beat(options.clock, () => this.#look())
  }

  start(): void {
    this.#beat.start()
  }

  /** No slot is taken any more when it resolves. */
  stop(): Promise<void> {
    return this.#beat.stop()
  }

  async #look(): Promise<number> {
    const { store, clock, onProblem } = this.#options
    try {
      for (const schedule of await store.listDueSchedules(clock.now())) await this.#take(schedule)
    } catch (cause) {
      onProblem({ schedule: undefined, cause })
    }
    return BEAT_MS
  }

  async #take(schedule: ScheduleRecord): Promise<void> {
    const { id, nextAt, expression, timezone, missed } = schedule
    const { store, clock, onProblem } = this.#options
    if (nextAt === null || this.#beat.isStopped) return
    try {
      const now = clock.now()
      const { fire, next } = takeSlots(createSlots(expression, timezone ?? 'UTC'), { dueAt: nextAt, now, missed })
      if (fire.length > 0) await this.#try(schedule, () => this.#submit(schedule, fire))
      await store.advanceSchedule(id, { from: nextAt, to: next ?? null, at: now })
    } catch (cause) {
      onProblem({ schedule: id, cause })
    }
  }

  /** What is wrong with the workflow, or rejected by its flow, is so the next time: the slot is over, and somebody is told. */
  async #try(schedule: ScheduleRecord, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      if (!isFault(cause)) throw cause
      this.#options.onProblem({ schedule: schedule.id, cause })
    }
  }

  async #submit(schedule: ScheduleRecord, slots: readonly number[]): Promise<void> {
    const { trigger, env, submit } = await this.#options.open(schedule)
    for (const slot of slots) {
      const at = new Date(slot).toISOString()
      const names = { event: { at }, env }
      const begin = async (): Promise<void> => {
        if (trigger.isWanted(names))
          await submit({ key: `${schedule.id}@${at}`, input: trigger.toInput(names), schedule: schedule.id })
      }
      await this.#try(schedule, begin)
    }
  }
}
