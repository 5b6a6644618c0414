/** The deadlines that the lease holder of a run keeps: those of its machines, and that of the whole run. The store has them too. */
import type { Clock } from '../../core/clock.ts'
import type { TimerRecord } from '../../store/store.ts'
import type { OpenTimer } from '../effects/run-effect.ts'
import type { RunEvent } from '../run-event.ts'
import { RUN_TIMER } from './open-timers.ts'

export interface RunAlarmsOptions {
  clock: Clock
  /** Deadline of the whole run, in epoch milliseconds; undefined: it has none, has not begun, or is in its `finally`. */
  endsAt(): number | undefined
  /** `limits.time`, in milliseconds. */
  timeMs: number | undefined
  happen(event: RunEvent): void
}

export class RunAlarms {
  readonly #options: RunAlarmsOptions
  readonly #armed = new Map<string, () => void>()

  constructor(options: RunAlarmsOptions) {
    this.#options = options
  }

  /** The deadline of the whole run, if it has one. */
  get ofRun(): readonly TimerRecord[] {
    const endsAt = this.#options.endsAt()
    return endsAt === undefined ? NONE : [{ id: RUN_TIMER, dueAt: endsAt }]
  }

  armRun(): void {
    const { clock, happen, timeMs = null } = this.#options
    const data = { limit: 'time', details: { allowed_ms: timeMs } } as const
    for (const { id, dueAt } of this.ofRun)
      this.#arm(id, dueAt, () => happen({ kind: 'budget', at: clock.now(), data }))
  }

  arm(timer: OpenTimer): void {
    this.#arm(timer.id, timer.dueAt, () => this.#fire(timer))
  }

  /** Fires at once a timer that is already due. */
  armOrFire(timer: OpenTimer): void {
    if (timer.dueAt <= this.#options.clock.now()) this.#fire(timer)
    else this.arm(timer)
  }

  disarm(id: string): void {
    this.#armed.get(id)?.()
    this.#armed.delete(id)
  }

  disarmAll(): void {
    for (const id of [...this.#armed.keys()]) this.disarm(id)
  }

  #fire({ path, visit, name, dueAt }: OpenTimer): void {
    const { clock, happen } = this.#options
    happen({ kind: 'timer', at: Math.max(dueAt, clock.now()), path, visit, data: { timer: name } })
  }

  /** Replaces the alarm of the same id. */
  #arm(id: string, at: number, wake: () => void): void {
    this.disarm(id)
    const { clock } = this.#options
    const fire = (): void => {
      this.#armed.delete(id)
      wake()
    }
    this.#armed.set(id, clock.wakeAt(at, fire))
  }
}

const NONE: readonly TimerRecord[] = []
