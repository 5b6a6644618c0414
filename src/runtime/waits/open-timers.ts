/** The armed deadlines of the machines of a run, by path and name. */
import { FINALLY } from '../../core/machine-ends.ts'
import type { OpenTimer, RunEffect } from '../effects/run-effect.ts'
import type { MachineEffect } from '../fold.ts'
import { contextOf, nameTimer, pathOf, type Scope } from '../scope/scope.ts'

/** Id of the deadline of the whole run, which the host keeps beside those of the machines. */
export const RUN_TIMER = 'limits.time'

/** True for the bound of `finally`. */
export const isFinallyBound = ({ path }: Pick<OpenTimer, 'path'>): boolean => path === FINALLY

export interface ArmedTimer {
  scope: Scope
  xstateId: string
  timer: OpenTimer
  /** Type of the event that the machine waits for. */
  event: string
}

export class OpenTimers {
  readonly #armed = new Map<string, ArmedTimer>()

  start(
    scope: Scope,
    { timer: xstateId, delayMs, event }: Extract<MachineEffect, { type: 'schedule' }>,
    at: number,
  ): RunEffect {
    const { step, name } = nameTimer(xstateId)
    const path = pathOf(scope, step)
    const visit = contextOf(scope).steps[step]?.visits ?? 0
    const timer: OpenTimer = { id: `${path}:${name}`, path, visit, name, dueAt: at + delayMs }
    scope.timers.set(xstateId, { timer, event })
    this.#armed.set(timer.id, { scope, xstateId, timer, event })
    return { type: 'timer.start', timer }
  }

  /** Disarms a timer by its machine; undefined when it was not armed. */
  stop(scope: Scope, xstateId: string): RunEffect | undefined {
    const open = scope.timers.get(xstateId)
    if (open === undefined) return undefined
    scope.timers.delete(xstateId)
    this.#armed.delete(open.timer.id)
    return { type: 'timer.stop', id: open.timer.id }
  }

  /** Disarms a timer that has come due; undefined when this visit has no such timer. */
  take({ path, visit, name }: { path: string; visit: number; name: string }): ArmedTimer | undefined {
    const id = `${path}:${name}`
    const armed = this.#armed.get(id)
    if (armed === undefined || armed.timer.visit !== visit) return undefined
    this.#armed.delete(id)
    armed.scope.timers.delete(armed.xstateId)
    return armed
  }

  /** The armed deadlines with their machines, in the order in which they were armed. */
  listArmed(): readonly ArmedTimer[] {
    return [...this.#armed.values()]
  }

  /** Puts back a deadline, which is armed already. */
  restore(armed: ArmedTimer): void {
    armed.scope.timers.set(armed.xstateId, { timer: armed.timer, event: armed.event })
    this.#armed.set(armed.timer.id, armed)
  }

  list(): OpenTimer[] {
    return [...this.#armed.values()].map(({ timer }) => timer)
  }
}
