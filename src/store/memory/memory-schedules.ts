/** Schedules in memory. */
import type { ScheduleRecord, ScheduleSlot } from '../schedule-record.ts'

export class MemorySchedules {
  readonly #byId = new Map<string, ScheduleRecord>()

  replace(workflow: string, schedules: readonly ScheduleRecord[]): void {
    const ids = new Set(schedules.map(({ id }) => id))
    for (const known of this.#byId.values())
      if (known.workflow === workflow && !ids.has(known.id)) this.#byId.delete(known.id)
    for (const schedule of schedules) {
      const known = this.#byId.get(schedule.id)
      const isSame = known?.expression === schedule.expression && known.timezone === schedule.timezone
      const kept = isSame ? { nextAt: known.nextAt, isPaused: known.isPaused, lastAt: known.lastAt } : {}
      this.#byId.set(schedule.id, { ...schedule, workflow, ...kept })
    }
  }

  list(): ScheduleRecord[] {
    return [...this.#byId.values()]
      .sort((one, other) => compare(one.workflow, other.workflow) || compare(one.id, other.id))
      .map((schedule) => ({ ...schedule }))
  }

  listDue(at: number): ScheduleRecord[] {
    return this.list()
      .filter(({ nextAt, isPaused }) => nextAt !== null && nextAt <= at && !isPaused)
      .sort((one, other) => (one.nextAt ?? 0) - (other.nextAt ?? 0) || compare(one.id, other.id))
  }

  advance(id: string, { from, to, at }: ScheduleSlot): boolean {
    const known = this.#byId.get(id)
    if (known === undefined || known.nextAt !== from || known.isPaused) return false
    Object.assign(known, { nextAt: to, lastAt: at })
    return true
  }

  pause(id: string, isPaused: boolean): boolean {
    const known = this.#byId.get(id)
    if (known !== undefined) known.isPaused = isPaused
    return known !== undefined
  }
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
