/**
 * Workflows under plain XState: the implementations that a compiled machine lacks, so that `createActor` runs it.
 *
 * What performs steps is the same as in a run: actors, attempts and their timeouts, secrets, redaction; a child workflow is a
 * machine of its own. What a run has besides is not here: nothing is recorded, so that nothing can be resumed, and `limits` are
 * not kept.
 */
import { createActor, toPromise } from 'xstate'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { MachineContext, MachineInput } from '../compiler/machine-context.ts'
import type { ActorContext } from '../core/actor.ts'
import { Cancelled } from '../core/cancelled.ts'
import { systemClock } from '../core/clock.ts'
import { Fault, isFault, toFault, toFaultData } from '../core/fault.ts'
import type { JsonValue } from '../core/json.ts'
import { UNDO } from '../core/machine-ends.ts'
import { createRunId } from '../core/run-id.ts'
import { checkInput } from '../runtime/check-input.ts'
import { EffectRunner, UNTRIED } from '../runtime/effects/effect-runner.ts'
import type { ActorCall, Placement } from '../runtime/effects/placement.ts'
import type { OpenEffect } from '../runtime/effects/run-effect.ts'
import type { SecretVault } from '../secrets/secret-vault.ts'
import { type Answers, answerStep, askBeforeCall } from './answer-step.ts'
import { pathOf, performItems, readEnd } from './perform-items.ts'
import { performToolLoop } from './perform-tool-loop.ts'
import { type StepCall, type StepEnd, type StepLogic, toLogic } from './step-logic.ts'
import type { Surroundings } from './surroundings.ts'
import { createUndoRecord } from './undo-record.ts'
import type { Wiring } from './wiring.ts'
import type { Workflow } from './workflow.ts'
import { expectRunnable } from './workflow-parts.ts'

export interface ProvideOptions extends Surroundings, Answers {
  /** Other models for aliases of the workflow: `{ default: 'mock/echo' }`. */
  models?: Readonly<Record<string, string>>
}

export const createProvideActors =
  (wiring: Wiring) =>
  (workflow: Workflow, options: ProvideOptions = {}): { actors: Record<string, StepLogic> } => {
    const { compiled, options: made, folder } = expectRunnable(workflow, options.models)
    const actors = [...(made.actors ?? []), ...(options.actors ?? [])]
    const providers = { ...made.providers, ...options.providers }
    const { vault, placement } = wiring.createPerformer({ ...options, actors, providers }, { folder })
    return { actors: createActors(compiled, { vault, placement, answers: options }) }
  }

/** The input of a workflow's machine. @throws Fault `invalid_input` for an input that does not fit */
export const toMachineInput = (
  workflow: Workflow,
  input: JsonValue = {},
  { id, env = {} }: { id?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<MachineInput> =>
  toInput(expectRunnable(workflow).compiled, { input, id: id ?? createRunId(Date.now()), env: { ...env } })

const toInput = async (
  compiled: CompiledWorkflow,
  { input, id, env }: { input: JsonValue; id: string; env: MachineContext['env'] },
): Promise<MachineInput> => {
  const at = Date.now()
  const run = { id, started_at: new Date(at).toISOString() }
  return { run, input: await checkInput(compiled, input), env, at, outer: null, item: null, index: 0 }
}

interface Means {
  vault: SecretVault
  placement: Placement
  answers: Answers
}

const EFFECT_KINDS = ['llm', 'tool', 'code', 'memory', 'workflow'] as const
const ANSWERED_KINDS = ['approve', 'wait', 'emit'] as const

const createActors = (compiled: CompiledWorkflow, means: Means): Record<string, StepLogic> => {
  const parent = { compiled, means }
  const { collect, logic } = createUndoRecord(compiled, (call) => performUndo(call, parent))
  const effect = toLogic((call) => performStep(call, parent), collect)
  const { answers } = means
  const actors: Record<string, StepLogic> = {
    ...Object.fromEntries(EFFECT_KINDS.map((kind) => [kind, effect])),
    ...Object.fromEntries(
      ANSWERED_KINDS.map((kind) => [kind, toLogic((call) => answerStep(kind, call, { compiled, answers }), collect)]),
    ),
    set: toLogic(async ({ input }) => ({ output: input }), collect),
    undo: logic,
  }
  actors.foreach = toLogic((call) => performItems(call, { compiled, actors, onEnd: collect }), collect)
  return actors
}

interface Parent {
  compiled: CompiledWorkflow
  means: Means
}

const performStep = (call: StepCall, parent: Parent): Promise<StepEnd> => {
  const { step, context, input, key } = call
  const { visits: visit = 1, calls = 0 } = context.steps[step] ?? {}
  const path = pathOf(step, context, parent.compiled)
  const loop = parent.compiled.plans.get(step)?.toolLoop
  if (loop === undefined) return performCall(call, { path, visit, step, input, calls, ...keyed(key) }, parent)
  return performToolLoop(call, {
    loop,
    perform: ({ step: name, plan, input: given, context: own, signal }) => {
      const effect = {
        path: `${path}${visit === 1 ? '' : `:${visit}`}/${name}`,
        visit: 1,
        calls: own.steps[name]?.calls ?? 0,
      }
      return performCall({ ...call, signal }, { ...effect, step: plan, input: given }, parent)
    },
  })
}

const performUndo = ({ path, visit, plan, key, ...call }: WantedUndo, parent: Parent): Promise<StepEnd> => {
  const effect = { path: `${UNDO}/${path}`, visit, step: plan, input: call.input, calls: 0, ...keyed(key) }
  return performCall({ ...call, step: UNDO, plan, key }, effect, parent)
}

type WantedUndo = Parameters<Parameters<typeof createUndoRecord>[1]>[0]

/** With what a preset gives, and when whoever it asks has agreed. */
const performCall = async (call: StepCall, effect: OpenEffect, parent: Parent): Promise<StepEnd> => {
  const { compiled, means } = parent
  const { preset } = compiled.plans.get(effect.step) ?? {}
  try {
    const root = rootOf(call.context)
    const input = preset?.complete(effect.input, root) ?? effect.input
    const completed = { ...effect, input }
    const isAsked = preset?.needsApproval(input, root) === true
    const refused = isAsked ? await askBeforeCall(call, completed, { compiled, answers: means.answers }) : undefined
    return refused ?? (await performEffect(completed, { ...call, parent }))
  } catch (thrown) {
    if (isFault(thrown)) return { fault: toFaultData(thrown) }
    throw thrown
  }
}

const keyed = (key: string | undefined): { key?: string } => (key === undefined ? {} : { key })

/** Of the run, in which presets are evaluated. */
const rootOf = (context: MachineContext): MachineContext => (context.outer === null ? context : rootOf(context.outer))

const performEffect = (
  effect: OpenEffect,
  { context, signal, parent }: { context: MachineContext; signal: AbortSignal; parent: Parent },
): Promise<StepEnd> => {
  const { compiled, means } = parent
  const placement: Placement = {
    perform: (call, attempt) =>
      call.kind === 'workflow'
        ? performChild(call, { parent, context, attempt })
        : means.placement.perform(call, attempt),
  }
  return new Promise((resolve, reject) => {
    const runner = new EffectRunner({
      keyRun: context.run.id,
      plans: compiled.plans,
      placement,
      budget: undefined,
      clock: systemClock,
      putBlob: refuseBlob,
      redactor: means.vault,
      on: {
        started: ignore,
        progressed: ignore,
        failed: ignore,
        late: ignore,
        returned: ignore,
        exceeded: ignore,
        broken: reject,
        ended: (_effect, outcome, { attempt }) => resolve({ ...outcome, attempts: attempt }),
      },
    })
    signal.addEventListener('abort', () => runner.stop(effect.path, effect.visit), { once: true })
    runner.start(effect, UNTRIED)
  })
}

const ignore = (): void => {}

const refuseBlob = (): Promise<never> =>
  Promise.reject(new Fault('unavailable', 'only a run keeps files: expected the step in a run'))

/** @throws Fault of the child, Cancelled */
const performChild = async (
  { actor: reference, input, effect }: ActorCall,
  { parent, context, attempt }: { parent: Parent; context: MachineContext; attempt: ActorContext },
): Promise<JsonValue> => {
  const child = parent.compiled.children.get(reference)
  if (child === undefined) throw new Fault('not_found', `workflow '${reference}' is not linked with its parent`)
  const id = `${context.run.id}/${effect}.${attempt.attempt}`
  const actor = createActor(child.root.machine.provide({ actors: createActors(child, parent.means) }), {
    input: await toInput(child, { input, id, env: context.env }),
  })
  const stop = (): void => void actor.stop()
  attempt.signal.addEventListener('abort', stop, { once: true })
  if (!attempt.signal.aborted) await toPromise(actor.start())
  attempt.signal.removeEventListener('abort', stop)
  if (attempt.signal.aborted) throw new Cancelled()
  const end = readEnd(actor.getSnapshot(), child)
  if ('output' in end) return end.output
  throw toFault({ ...end.fault, details: { ...end.fault.details, child_step: end.step } })
}
