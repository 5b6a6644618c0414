/**
 * Undoing under XState alone: what has completed and can be undone is kept in the order in which it completed, over the machines of a
 * run and of its foreach items, and made undone when the run ends badly. One run is one object `run` in the contexts of its machines.
 */
import { type AnyActorRef, type EventObject, fromCallback } from 'xstate'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { MachineContext, UndoEntry } from '../compiler/machine-context.ts'
import { toUndoPlan } from '../compiler/plan.ts'
import type { JsonValue } from '../core/json.ts'
import { UNDO } from '../core/machine-ends.ts'
import type { UndoCall, Undone } from '../machines/undo.ts'
import { pathOf } from './perform-items.ts'
import { contextOfActor, type StepEnd, type StepLogic } from './step-logic.ts'

export interface UndoRecord {
  /** Takes up what the machine has added since it was last asked. */
  collect(machine: AnyActorRef | undefined): void
  /** Of the state that undoes: makes the calls, the last first, one after the other, and ends when all have been made. */
  logic: StepLogic
}

/** @param perform Makes one call. */
export const createUndoRecord = (
  compiled: CompiledWorkflow,
  perform: (call: UndoCall & { input: JsonValue; context: MachineContext; signal: AbortSignal }) => Promise<StepEnd>,
): UndoRecord => {
  const calls = new WeakMap<MachineContext['run'], UndoCall[]>()
  const seen = new WeakMap<AnyActorRef, UndoEntry>()
  const collect = (machine: AnyActorRef | undefined): void => {
    const context = machine && contextOfActor(machine)
    if (machine === undefined || context?.undo === undefined || context.undo === null) return
    const known = calls.get(context.run) ?? []
    const last = seen.get(machine) ?? null
    const added: UndoCall[] = []
    for (let entry: UndoEntry | null = context.undo; entry !== null && entry !== last; entry = entry.before)
      added.unshift(toCall(entry, context, compiled))
    seen.set(machine, context.undo)
    calls.set(context.run, [...known, ...added])
  }
  const undo = async (context: MachineContext, signal: AbortSignal): Promise<Undone[]> => {
    const undone: Undone[] = []
    for (const call of (calls.get(context.run) ?? []).reverse()) {
      if (signal.aborted) break
      const end = 'input' in call.call ? await perform({ ...call, input: call.call.input, context, signal }) : call.call
      const { path, visit } = call
      undone.push({ path, visit, ...('fault' in end ? { fault: end.fault } : {}) })
    }
    calls.delete(context.run)
    return undone
  }
  return { collect, logic: toUndoLogic(collect, undo) }
}

const toUndoLogic = (
  collect: UndoRecord['collect'],
  undo: (context: MachineContext, signal: AbortSignal) => Promise<Undone[]>,
): StepLogic =>
  fromCallback<EventObject, { step: string }>(({ self, sendBack }) => {
    collect(self._parent)
    const context = self._parent && contextOfActor(self._parent)
    const abort = new AbortController()
    const end = (output: Undone[]): void => {
      if (!abort.signal.aborted)
        sendBack({ type: `xstate.done.actor.${UNDO}`, actorId: UNDO, output, at: Date.now() } as EventObject)
    }
    if (context !== undefined) undo(context, abort.signal).then(end, () => end([]))
    return () => abort.abort()
  })

const toCall = (
  { step, visit, call, key }: UndoEntry,
  context: MachineContext,
  compiled: CompiledWorkflow,
): UndoCall => ({
  path: pathOf(step, context, compiled),
  visit,
  plan: toUndoPlan(step),
  call,
  ...(key === undefined ? {} : { key: `${key}-undo` }),
})
