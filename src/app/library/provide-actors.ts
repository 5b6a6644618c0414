/**
 * Workflows under plain XState: the implementations that a compiled machine lacks, so that `createActor` runs it.
 *
 * What performs steps is the same as in a run: actors, attempts and their timeouts, secrets, redaction. What a run has besides is
 * not here: nothing is recorded, so that nothing can be resumed, and `limits` are not kept.
 */
import { type CallbackActorLogic, createActor, type EventObject, fromCallback } from 'xstate'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { MachineEvent } from '../../compiler/link/machine-event.ts'
import { CANCELLED, COMPLETED } from '../../compiler/lower/state-config.ts'
import type { MachineContext, MachineInput } from '../../compiler/machine-context.ts'
import { systemClock } from '../../core/clock.ts'
import { Defect } from '../../core/defect.ts'
import { Fault, type FaultData } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { createRunId } from '../../core/run-id.ts'
import { checkInput } from '../../runtime/check-input.ts'
import { EffectRunner } from '../../runtime/effect-runner.ts'
import { type ItemEnd, ItemPool } from '../../runtime/item-pool.ts'
import { createLocalPlacement } from '../../runtime/local-placement.ts'
import type { Placement } from '../../runtime/placement.ts'
import type { Outcome } from '../../runtime/run-event.ts'
import { SecretVault } from '../../runtime/secret-vault.ts'
import { createLoader } from '../local.ts'
import { type Surroundings, toToolOptions } from './surroundings.ts'
import type { Workflow } from './workflow.ts'
import { expectRunnable } from './workflow-parts.ts'

export interface ProvideOptions extends Surroundings {
  /** Other models for aliases of the workflow: `{ default: 'mock/echo' }`. */
  models?: Readonly<Record<string, string>>
}

type StepLogic = CallbackActorLogic<EventObject, { step: string }>

/**
 * For `workflow.machine.provide(provideActors(workflow))`: one actor logic for each kind of step, foreach included. The machine's
 * input is made by `toMachineInput`. It ends in the state `run--completed`, `run--failed` or `run--cancelled`; its output is the
 * workflow's, `context.fault` what it failed by. The event `{ type: 'CANCEL' }` cancels it.
 * @throws Fault as `run` does
 */
export const provideActors = (
  workflow: Workflow,
  options: ProvideOptions = {},
): { actors: Record<string, StepLogic> } => {
  const { compiled, options: made, folder } = expectRunnable(workflow, options.models)
  const loader = createLoader({
    tools: toToolOptions(options, { folder }),
    clock: systemClock,
    actors: [...(made.actors ?? []), ...(options.actors ?? [])],
  })
  const vault = new SecretVault(options.secrets)
  const performer: Performer = { compiled, vault, placement: createLocalPlacement(loader, vault), actors: {} }
  const effect = toLogic((call) => performEffect(call, performer))
  for (const kind of EFFECT_KINDS) performer.actors[kind] = effect
  performer.actors.set = toLogic(async ({ input }) => ({ output: input }))
  performer.actors.foreach = toLogic((call) => performItems(call, performer))
  return { actors: performer.actors }
}

/** The input of a workflow's machine. @throws Fault `invalid_input` for an input that does not fit */
export const toMachineInput = async (
  workflow: Workflow,
  input: JsonValue = {},
  { id, env = {} }: { id?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<MachineInput> => {
  const { compiled } = expectRunnable(workflow)
  const at = Date.now()
  const run = { id: id ?? createRunId(at), started_at: new Date(at).toISOString() }
  return { run, input: await checkInput(compiled, input), env: { ...env }, at, outer: null, item: null, index: 0 }
}

const EFFECT_KINDS = ['llm', 'tool', 'code', 'memory', 'workflow', 'wait', 'approve', 'emit'] as const

interface Performer {
  compiled: CompiledWorkflow
  vault: SecretVault
  placement: Placement
  /** By kind of step. */
  actors: Record<string, StepLogic>
}

/** A step that a machine has entered. */
interface StepCall {
  step: string
  context: MachineContext
  input: JsonValue
  key: string | undefined
  signal: AbortSignal
}

/** How a step ended, with what a machine keeps of it. */
type StepEnd = Outcome & { attempts?: number }

/** Not a promise: its events say, as those of a run do, when a step ended and how often it was tried. */
const toLogic = (perform: (call: StepCall) => Promise<StepEnd>): StepLogic =>
  fromCallback(({ input: { step }, self, sendBack }) => {
    // XState gives an actor no other way to what its parent has evaluated for it.
    const context = (self._parent?.getSnapshot() as { context: MachineContext } | undefined)?.context
    const entered = context?.steps[step]?.entered
    if (context === undefined || entered?.kind !== 'input')
      throw new Defect(`J4: step '${step}' started without an input`)
    const abort = new AbortController()
    const tell = (end: StepEnd): void => {
      if (!abort.signal.aborted) sendBack(toEvent(step, end))
    }
    perform({ step, context, input: entered.input, key: entered.key, signal: abort.signal }).then(tell, (thrown) =>
      tell({ fault: toDefect(thrown) }),
    )
    return () => abort.abort()
  })

const toEvent = (step: string, end: StepEnd): MachineEvent => {
  const { attempts, ...outcome } = end
  const told = { actorId: step, at: Date.now(), ...(attempts === undefined ? {} : { attempts }) }
  if ('output' in outcome) return { type: `xstate.done.actor.${step}`, output: outcome.output, ...told }
  const { fault, ...origin } = outcome
  return { type: `xstate.error.actor.${step}`, error: fault, ...origin, ...told }
}

const toDefect = (thrown: unknown): FaultData => ({
  code: 'defect',
  message: thrown instanceof Error ? thrown.message : String(thrown),
  retryable: false,
})

const performEffect = (
  { step, context, input, key, signal }: StepCall,
  { compiled, vault, placement }: Performer,
): Promise<StepEnd> =>
  new Promise((resolve, reject) => {
    const { visits: visit = 1, calls = 0 } = context.steps[step] ?? {}
    const path = pathOf(step, context, compiled)
    const nothing = (): void => {}
    const runner = new EffectRunner({
      runId: context.run.id,
      plans: compiled.plans,
      placement,
      clock: systemClock,
      putBlob: () =>
        Promise.reject(new Fault('unavailable', 'files are kept by runs only: expected the step in a run')),
      redact: (value) => vault.redact(value),
      on: {
        started: nothing,
        progressed: nothing,
        failed: nothing,
        late: nothing,
        broken: reject,
        ended: (_effect, outcome, { attempt }) => resolve({ ...outcome, attempts: attempt }),
      },
    })
    signal.addEventListener('abort', () => runner.stop(path, visit), { once: true })
    runner.start({ path, visit, step, input, calls, ...(key === undefined ? {} : { key }) }, NEW)
  })

const NEW = { failed: 0, lost: 0 }

const performItems = async (call: StepCall, { compiled, actors }: Performer): Promise<StepEnd> => {
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

const readEnd = (
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
const pathOf = (step: string, { outer, index }: MachineContext, compiled: CompiledWorkflow): string => {
  const [foreach] = [...compiled.bodies].find(([, { steps }]) => steps.has(step)) ?? []
  if (foreach === undefined || outer === null) return step
  const visits = outer.steps[foreach]?.visits ?? 1
  return `${pathOf(foreach, outer, compiled)}${visits === 1 ? '' : `:${visits}`}[${index}]/${step}`
}
