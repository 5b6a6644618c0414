/** A model step with tools under XState alone: the machine of the loop runs beside that of the workflow. */
import { createActor } from 'xstate'
import { Defect } from '../core/defect.ts'
import type { JsonObject } from '../core/json.ts'
import { COMPLETED } from '../core/machine-ends.ts'
import { toolLoopMachine } from '../machines/tool-loop.ts'
import { type StepCall, type StepEnd, toLogic } from './step-logic.ts'

/** @param perform Makes a turn or a call; `plan` says which. */
export const performToolLoop = (
  { step, input, signal }: StepCall,
  {
    loop: { tools, maxTurns },
    perform,
  }: { loop: { tools: readonly string[]; maxTurns: number }; perform(call: StepCall): Promise<StepEnd> },
): Promise<StepEnd> => {
  const machine = toolLoopMachine.provide({ actors: { effect: toLogic(perform) } } as never)
  const loop = { ...(input as JsonObject), step, tools, maxTurns }
  const actor = createActor(machine, { input: { loop: loop as never, at: Date.now() } })
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => actor.stop(), { once: true })
    actor.subscribe({
      error: reject,
      complete() {
        const { status, value, context } = actor.getSnapshot()
        // It was stopped.
        if (status !== 'done') return
        if (value === COMPLETED) resolve({ output: context.output })
        else if (context.fault === null) reject(new Defect('J8: a machine failed without a fault'))
        else resolve({ fault: context.fault.fault })
      },
    })
    actor.start()
  })
}
