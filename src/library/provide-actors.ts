/**
 * Workflows under plain XState: the implementations that a compiled machine lacks, so that `createActor` runs it.
 *
 * XState folds the machine of the workflow; a RunState drives each step that the machine enters, with the foreach items, tool loops
 * and child workflows below it. Actors, attempts and their timeouts, secrets and redaction are the same as in a run. Nothing is
 * recorded, so that nothing can be resumed, and `limits` are not kept.
 */
import type { MachineInput } from '../compiler/machine-context.ts'
import { STEP_KINDS } from '../compiler/steps/step-kinds.ts'
import type { JsonValue } from '../core/json.ts'
import { createRunId } from '../core/run-id.ts'
import { checkInput } from '../runtime/check-input.ts'
import type { Answers } from './answer-step.ts'
import { createStepLogics, type StepLogic } from './step-logic.ts'
import type { Surroundings } from './surroundings.ts'
import type { Wiring } from './wiring.ts'
import type { Workflow } from './workflow.ts'
import { expectRunnable, joinSurroundings } from './workflow-parts.ts'

export interface ProvideOptions extends Surroundings, Answers {
  /** Other models for aliases of the workflow: `{ default: 'mock/echo' }`. */
  models?: Readonly<Record<string, string>>
}

export const createProvideActors =
  (wiring: Wiring) =>
  (workflow: Workflow, options: ProvideOptions = {}): { actors: Record<string, StepLogic> } => {
    const parts = expectRunnable(workflow, options.models)
    const { vault, placement } = wiring.createPerformer(joinSurroundings(options, parts), parts)
    const { step, undo } = createStepLogics(parts.compiled, { vault, placement, answers: options })
    return { actors: { ...Object.fromEntries(Object.keys(STEP_KINDS).map((kind) => [kind, step])), undo } }
  }

/** The input of a workflow's machine. @throws Fault `invalid_input` for an input that does not fit */
export const toMachineInput = async (
  workflow: Workflow,
  input: JsonValue = {},
  { id, env = {} }: { id?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<MachineInput> => {
  const at = Date.now()
  const run = { id: id ?? createRunId(at), started_at: new Date(at).toISOString() }
  const checked = await checkInput(expectRunnable(workflow).compiled, input)
  return { run, input: checked, env: { ...env }, at, outer: null, item: null, index: 0 }
}
