/**
 * The open waits of a run: for decisions of people, and for events by name.
 *
 * 1. One wait takes an event: the one that has been open the longest and accepts it.
 * 2. An event that no wait accepts is kept, in order of arrival, until a wait does. So the order of event and wait does not matter.
 */
import type { MachineContext } from '../../compiler/machine-context.ts'
import { LIMITS } from '../../core/limits.ts'
import type { OpenWait } from '../effects/run-effect.ts'
import type { SignalData } from '../run-event.ts'
import type { AskedStep, Scope } from '../scope/scope.ts'

export interface WaitingStep {
  scope: Scope
  step: string
  wait: OpenWait
  /** The call that an approval is about. */
  call?: AskedStep
  /** The context in which a wait for an event judges events: that of its begin. */
  seen?: MachineContext
}

export class OpenWaits {
  readonly #open = new Map<string, WaitingStep>()
  readonly #kept = new Map<string, SignalData[]>()

  open(waiting: WaitingStep): void {
    this.#open.set(waiting.wait.path, waiting)
  }

  /** Closes the wait of this visit; undefined when there is none. */
  close(path: string, visit: number): WaitingStep | undefined {
    const waiting = this.find(path, visit)
    if (waiting !== undefined) this.#open.delete(path)
    return waiting
  }

  /** Replaces the wait of the same visit, which stays where it is in the order. */
  change(wait: OpenWait): void {
    const waiting = this.find(wait.path, wait.visit)
    if (waiting !== undefined) this.#open.set(wait.path, { ...waiting, wait })
  }

  find(path: string, visit: number): WaitingStep | undefined {
    const waiting = this.#open.get(path)
    return waiting?.wait.visit === visit ? waiting : undefined
  }

  /** Closes and returns the wait that takes an event. `kept`: none takes it. `full`: none does, and too many of its name are kept. */
  give(event: SignalData): WaitingStep | 'kept' | 'full' {
    for (const waiting of this.#open.values()) {
      if (!accepts(waiting, event)) continue
      this.#open.delete(waiting.wait.path)
      return waiting
    }
    const kept = this.#kept.get(event.name) ?? []
    if (kept.length >= LIMITS.kept_events.most) return 'full'
    this.#kept.set(event.name, [...kept, event])
    return 'kept'
  }

  /** Takes the oldest kept event that this wait accepts. */
  takeKept(waiting: WaitingStep): SignalData | undefined {
    const { wait } = waiting
    const kept = wait.kind === 'event' ? (this.#kept.get(wait.event) ?? []) : []
    const event = kept.find((one) => accepts(waiting, one))
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

  /** The waits with their steps, those that are open the longest first. */
  listSteps(): readonly WaitingStep[] {
    return [...this.#open.values()]
  }

  /** Events that no wait has accepted, by name. */
  listKept(): [name: string, events: SignalData[]][] {
    return [...this.#kept]
  }

  restoreKept(kept: readonly [name: string, events: SignalData[]][]): void {
    for (const [name, events] of kept) this.#kept.set(name, events)
  }
}

const accepts = (waiting: WaitingStep, event: SignalData): boolean =>
  waiting.wait.kind === 'event' && waiting.wait.event === event.name && matches(waiting, event)

/** True when a wait for an event accepts this one, whose name fits. */
export const matches = ({ scope, step, seen }: Omit<WaitingStep, 'wait'>, event: SignalData): boolean =>
  seen !== undefined && scope.linked.steps.get(step)?.accepts?.(seen, { ...event }) === true
