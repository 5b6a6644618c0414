/**
 * Undoing in a run: before a bad end, and of blocks with `compensate` while the run goes on. Both make their calls in a scope with the
 * undo machine.
 *
 * It owns the calls that are left, the scopes that make them, the results so far, and a cancel or limit that waits.
 *
 * Invariants
 * 1. A call is in one place: in the stack, or in the scope that makes it. Calls that a scope has not made when it is closed are put back.
 * 2. A cancel or a limit does not interrupt a compensating call: it waits for the end of the call in flight, and the calls left are made
 *    before the run ends.
 * 3. A timeout or a fault around a compensating block stops the call in flight. That call is made again only if it may be repeated;
 *    otherwise it is reported as `outcome_unknown`.
 */
import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import type { StepPlan } from '../../compiler/plan.ts'
import type { FaultData } from '../../core/fault.ts'
import { compensatedBlock, UNDO } from '../../core/machine-ends.ts'
import { type UndoCall, type UndoContext, type Undone, undoMachine } from '../../machines/undo.ts'
import type { RunEffect } from '../effects/run-effect.ts'
import { contextOf, type Scope } from './scope.ts'
import { type StackEntry, UndoStack } from './undo-stack.ts'

export const UNDOING: Scope['linked'] = { machine: undoMachine, steps: new Map() }

/** True for the state before a bad end, and for that of a block that is compensated. */
export const isUndoState = (step: string): boolean => step === UNDO || compensatedBlock(step) !== undefined

const isUndoScope = ({ linked }: Scope): boolean => linked === UNDOING

/** True for a scope that undoes a block while the run goes on. */
export const isCompensation = (scope: Scope): boolean => isUndoScope(scope) && scope.parent?.step !== UNDO

/** `open`: the scopes that make calls, by `place`, with the number of results that are told. */
export interface SavedUndoing {
  stack: StackEntry[]
  open: [place: number, told: number][]
  undone: Undone[]
  waiting: MachineEvent | undefined
}

const undoContextOf = ({ snapshot }: Scope): UndoContext => snapshot.context

export class Undoing {
  readonly #plans: ReadonlyMap<string, Pick<StepPlan, 'onLost'>>
  readonly #stack = new UndoStack()
  /** The scopes that make calls, with the number of results that are told. */
  readonly #open = new Map<Scope, number>()
  readonly #undone: Undone[] = []
  /** A cancel or limit that waits for the calls in flight. */
  #waiting: MachineEvent | undefined

  constructor(plans: ReadonlyMap<string, Pick<StepPlan, 'onLost'>>) {
    this.#plans = plans
  }

  save(placeOf: (scope: Scope) => number): SavedUndoing {
    const open = [...this.#open].map(([scope, told]): [number, number] => [placeOf(scope), told])
    return { stack: this.#stack.save(), open, undone: [...this.#undone], waiting: this.#waiting }
  }

  /** @param scopes All scopes of the run, by place. */
  restore({ stack, open, undone, waiting }: SavedUndoing, scopes: readonly Scope[]): void {
    this.#stack.restore(stack)
    this.#undone.push(...undone)
    this.#waiting = waiting
    for (const [place, told] of open) {
      const scope = scopes[place]
      if (scope !== undefined) this.#open.set(scope, told)
    }
    for (const scope of scopes) {
      const { undo } = isUndoScope(scope) ? { undo: null } : contextOf(scope)
      if (undo) this.#stack.see(scope, undo)
    }
  }

  /** Results of the calls that have ended, in their order. */
  get undone(): readonly Undone[] {
    return [...this.#undone, ...[...this.#open.keys()].flatMap((scope) => undoContextOf(scope).output)]
  }

  /** Collects the calls that a machine has added, or has made. */
  collect(scope: Scope): RunEffect[] {
    if (isUndoScope(scope)) return this.#collectMade(scope)
    const { undo = null } = contextOf(scope)
    return this.#stack.collect(scope, { path: scope.path, undo }).map((call) => ({ type: 'undo.keep', ...call }))
  }

  #collectMade(scope: Scope): RunEffect[] {
    const told = this.#open.get(scope)
    if (told === undefined) return []
    const { output } = undoContextOf(scope)
    this.#open.set(scope, output.length)
    return output.slice(told).map(toMade)
  }

  /** Takes the calls that a state of a machine makes. */
  take(scope: Scope, state: string): UndoCall[] {
    const step = compensatedBlock(state)
    if (step === undefined) return this.#stack.takeAll()
    return this.#stack.takeBlock({ path: scope.path, step, within: scope.linked.steps.get(step)?.within ?? [] })
  }

  /** Collects what a machine has added when it is opened: nothing that a journal has to tell. */
  open(scope: Scope): void {
    if (isUndoScope(scope)) this.#open.set(scope, 0)
    else this.collect(scope)
  }

  /** Keeps the results of a scope, and puts back the calls that it has not made. */
  close(scope: Scope): RunEffect[] {
    if (!this.#open.delete(scope)) return []
    const { calls, output } = undoContextOf(scope)
    const [first] = calls
    const isCut = first !== undefined && scope.open.has(first.path) && !this.#isRepeatable(first)
    this.#undone.push(...output, ...(isCut ? [toUnknown(first)] : []))
    this.#stack.putBack(isCut ? calls.slice(1) : calls)
    return isCut ? [toMade(first)] : []
  }

  /** A call with a key, or of a tool that only reads. */
  #isRepeatable({ plan }: UndoCall): boolean {
    return this.#plans.get(plan)?.onLost === 'retry'
  }

  /** Scopes whose calls in flight must end before the run takes this event; none: it takes it at once. */
  holdUp(event: MachineEvent): Scope[] {
    const busy = [...this.#open.keys()].filter(isCompensation)
    if (busy.length > 0) this.#waiting ??= event
    return busy
  }

  /** The event that has waited, once no call is in flight that it waits for. */
  takeWaiting(): MachineEvent | undefined {
    const event = this.#waiting
    if (event === undefined || [...this.#open.keys()].some(isCompensation)) return undefined
    this.#waiting = undefined
    return event
  }
}

const toMade = ({ path, visit }: Pick<UndoCall, 'path' | 'visit'>): RunEffect => ({ type: 'undo.made', path, visit })

const toUnknown = ({ path, visit }: UndoCall): Undone => ({ path, visit, fault: UNKNOWN })

const UNKNOWN: FaultData = {
  code: 'outcome_unknown',
  message: 'the block around it was left while the undo call was in flight: it is unknown whether it took effect',
  retryable: false,
}
