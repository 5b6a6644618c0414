/**
 * What a run waits for from outside: decisions of people, and events by name.
 *
 * An event is taken by the wait that has been open the longest and accepts it, and by no other. One that nothing waits for is
 * kept, in order of arrival, until a wait accepts it; so it does not matter which of the two comes first.
 */
import type { JsonObject } from '../../core/json.ts'
import { LIMITS } from '../../core/limits.ts'
import type { OpenWait } from '../effects/run-effect.ts'
import type { SignalData } from '../run-event.ts'
import type { AskedStep, Scope } from '../scope/scope.ts'

export interface WaitingStep {
  scope: Scope
  step: string
  wait: OpenWait
  /** Of a question whether a call may be made: the call. */
  call?: AskedStep
  /** Of a wait for an event: whether this one is meant. */
  accepts?(event: JsonObject): boolean
}

export class OpenWaits {
  readonly #open = new Map<string, WaitingStep>()
  readonly #kept = new Map<string, SignalData[]>()

  open(waiting: WaitingStep): void {
    this.#open.set(waiting.wait.path, waiting)
  }

  /** Undefined when nothing of this visit waits at this path. */
  close(path: string, visit: number): WaitingStep | undefined {
    const waiting = this.find(path, visit)
    if (waiting !== undefined) this.#open.delete(path)
    return waiting
  }

  find(path: string, visit: number): WaitingStep | undefined {
    const waiting = this.#open.get(path)
    return waiting?.wait.visit === visit ? waiting : undefined
  }

  /** The wait that takes an event, closed; `kept` when none does, `full` when too many of its name are kept already. */
  give(event: SignalData): WaitingStep | 'kept' | 'full' {
    for (const waiting of this.#open.values()) {
      if (!isMeant(waiting, event)) continue
      this.#open.delete(waiting.wait.path)
      return waiting
    }
    const kept = this.#kept.get(event.name) ?? []
    if (kept.length >= LIMITS.kept_events.most) return 'full'
    this.#kept.set(event.name, [...kept, event])
    return 'kept'
  }

  /** The oldest event that was kept and that this step accepts; it is kept no longer. */
  takeKept(waiting: WaitingStep): SignalData | undefined {
    const { wait } = waiting
    const kept = wait.kind === 'event' ? (this.#kept.get(wait.event) ?? []) : []
    const event = kept.find((one) => isMeant(waiting, one))
    if (wait.kind === 'event' && event !== undefined)
      this.#kept.set(
        wait.event,
        kept.filter((one) => one !== event),
      )
    return event
  }

  list(): OpenWait[] {
    return [...this.#open.values()].map(({ wait }) => wait)
  }
}

const isMeant = ({ wait, accepts }: WaitingStep, event: SignalData): boolean =>
  wait.kind === 'event' && wait.event === event.name && accepts?.({ ...event }) === true
