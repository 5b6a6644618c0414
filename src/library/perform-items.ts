/** A foreach under XState alone: a machine an item, as many at once as the step allows. */
import { type AnyActorRef, createActor } from 'xstate'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { MachineContext, MachineInput } from '../compiler/machine-context.ts'
import { Defect } from '../core/defect.ts'
import type { JsonValue } from '../core/json.ts'
import { CANCELLED, COMPLETED } from '../core/machine-ends.ts'
import { type ItemEnd, ItemPool } from '../runtime/scope/item-pool.ts'
import type { StepCall, StepEnd, StepLogic } from './step-logic.ts'

/** The actors are those that the machines of the items are provided with; `onEnd` is told of each machine when it has ended. */
export const performItems = async (
  call: StepCall,
  {
    compiled,
    actors,
    onEnd,
  }: { compiled: CompiledWorkflow; actors: Record<string, StepLogic>; onEnd(machine: AnyActorRef): void },
): Promise<StepEnd> => {
  const body = compiled.bodies.get(call.step)?.machine.provide({ actors })
  const policy = compiled.plans.get(call.step)?.foreach
  if (body === undefined || policy === undefined || !Array.isArray(call.input))
    throw new Defect(`J4: foreach '${call.step}' started without a list`)
  const pool = new ItemPool(call.input, policy)
  return new Promise((resolve, reject) => {
    const running = new Set<{ stop(): unknown }>()
    const stop = (): void => {
      for (const actor of running) actor.stop()
    }
    const fill = (): void => {
      if (call.signal.aborted) return
      for (let taken = pool.take(); taken !== undefined; taken = pool.take()) start(taken)
      const outcome = pool.outcome()
      if (outcome === undefined) return
      stop()
      resolve(outcome)
    }
    const start = ({ index, item }: { index: number; item: JsonValue }): void => {
      const actor = createActor(body, { input: toItemInput(call.context, { index, item }) })
      running.add(actor)
      actor.subscribe({
        error: reject,
        complete() {
          const snapshot = actor.getSnapshot()
          // It was stopped.
          if (snapshot.status !== 'done') return
          running.delete(actor)
          onEnd(actor)
          pool.end(index, readEnd(snapshot, compiled))
          // An item may end while it starts: without a pause a long list would be a deep stack.
          queueMicrotask(fill)
        },
      })
      actor.start()
    }
    call.signal.addEventListener('abort', stop, { once: true })
    fill()
  })
}

const toItemInput = (outer: MachineContext, { index, item }: { index: number; item: JsonValue }): MachineInput => {
  const { run, input, env } = outer
  return { run, input, env, at: Date.now(), outer, item, index }
}

/** How a machine has ended. */
export const readEnd = (
  { value, context }: { value: unknown; context: MachineContext },
  compiled: CompiledWorkflow,
): ItemEnd => {
  if (value === COMPLETED) return { output: context.output }
  if (value === CANCELLED) return { output: null }
  if (context.fault === null) throw new Defect('J8: a machine failed without a fault')
  const { fault, origin, step } = context.fault
  return { fault, step: origin ?? pathOf(step, context, compiled) }
}

/** As in a run, such as `grades[3]/grade`: the machine of an item does not know which foreach it belongs to. */
export const pathOf = (step: string, { outer, index }: MachineContext, compiled: CompiledWorkflow): string => {
  const [foreach] = [...compiled.bodies].find(([, { steps }]) => steps.has(step)) ?? []
  if (foreach === undefined || outer === null) return step
  const visits = outer.steps[foreach]?.visits ?? 1
  return `${pathOf(foreach, outer, compiled)}${visits === 1 ? '' : `:${visits}`}[${index}]/${step}`
}
