/**
 * Begins runs by the clock: takes the due slots of the schedules in the store, and submits a run for each.
 *
 * 1. A slot begins one run, however many hosts read it and however often one of them dies: the idempotency key of the run names the
 *    schedule and the slot.
 * 2. A schedule advances only after the runs of its slots are submitted.
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
  /** Opens the trigger of a schedule, and the port that submits its runs. @throws Fault */
  open(schedule: ScheduleRecord): Promise<OpenedSchedule>
  /** Called when a schedule can't be read or its run not be submitted; without a schedule, when the store can't be read. */
  onProblem(problem: { schedule: string | undefined; cause: unknown }): void
}

export interface OpenedSchedule {
  trigger: ScheduleTrigger
  /** Values of the variables that its expressions may read. */
  env: JsonObject
  /** Enqueues a run; the same key is the same run. @throws Fault `invalid_input`, `conflict` */
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

  /** Resolves when no slot is taken any more. */
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

  /** A faulty workflow, or a rejection by its flow, would fail again: the slot is over, and the problem is reported. */
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
