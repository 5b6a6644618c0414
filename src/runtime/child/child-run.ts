/**
 * Performs a step of kind `workflow`: a run of its own, with its own journal, lease and trace.
 *
 * Invariants
 * 1. The child's id follows from the parent's effect and attempt. Performing the effect again, after a crash or in another process,
 *    finds the same child: it starts it, goes on with it, or takes its end. So an attempt of such a step is never lost.
 * 2. Cancel passes down; faults, cost and tokens pass up.
 * 3. A child that another process holds is asked for again until it can be followed here or has ended.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { ActorContext } from '../../core/actor.ts'
import { Cancelled } from '../../core/cancelled.ts'
import type { Clock } from '../../core/clock.ts'
import { Fault, toFault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import type { RunEnd, RunRecord } from '../../store/store.ts'
import { CHILD_PROVIDER } from '../../store/usage-sums.ts'
import { isLeft } from '../effects/attempt.ts'
import type { ActorCall } from '../effects/placement.ts'
import type { Run } from '../run.ts'
import { CALLED_OFF, toChildId } from './child-id.ts'

/** The host, as a child run needs it. */
export interface ChildHost {
  clock: Clock
  /** Goes on with the run of this id, or starts it. */
  open(id: string, child: WantedChild): Promise<OpenedChild>
}

export interface WantedChild {
  workflow: CompiledWorkflow
  input: JsonValue
  /** Attempt of its parent's effect: `sum_up#1.1`. */
  attempt: string
}

export type OpenedChild = { kind: 'running'; run: Run } | { kind: 'held' } | { kind: 'ended'; run: RunRecord }

export interface ChildCall {
  parent: { id: string; workflow: CompiledWorkflow }
  call: ActorCall
  context: ActorContext
}

/** Pause before a child that another process holds is asked for again. */
const HELD_PAUSE_MS = 500

/** @throws Fault of the child, `child_cancelled` when it was cancelled by itself; Cancelled */
export const performChild = async ({ parent, call, context }: ChildCall, host: ChildHost): Promise<JsonValue> => {
  const workflow = parent.workflow.children.get(call.actor)
  if (workflow === undefined) throw new Fault('not_found', `workflow '${call.actor}' is not linked with its parent`)
  const attempt = `${call.effect}.${context.attempt}`
  const id = toChildId(parent.id, attempt)
  for (;;) {
    if (context.signal.aborted) throw new Cancelled()
    const opened = await host.open(id, { workflow, input: call.input, attempt })
    const end =
      opened.kind === 'ended' ? opened.run : opened.kind === 'running' ? await follow(opened.run, context) : undefined
    if (end !== undefined) return finish(end, { id, workflow, context })
    await pause(host.clock, context.signal)
  }
}

/** Follows a run in this process to its end; undefined when another process has taken it over. */
const follow = async (run: Run, { signal }: ActorContext): Promise<RunEnd | undefined> => {
  const stop = (): void => (isLeft(signal.reason) ? run.leave({ kind: 'left' }) : run.receive(CALLED_OFF))
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const exit = await run.exited
  signal.removeEventListener('abort', stop)
  if (signal.aborted && exit.kind !== 'ended') throw new Cancelled()
  if (exit.kind === 'broken')
    throw new Fault('unavailable', `child run '${run.id}' could not be written`, { cause: exit.cause })
  return exit.kind === 'ended' ? exit.end : undefined
}

type ChildEnd = Pick<RunRecord, 'status' | 'output' | 'error' | 'usage'>

const finish = (
  { status, output, error, usage }: ChildEnd,
  { id, workflow, context }: { id: string; workflow: CompiledWorkflow; context: ActorContext },
): JsonValue => {
  if (usage.input_tokens + usage.output_tokens > 0 || usage.cache_hits !== undefined)
    context.usage({ provider: CHILD_PROVIDER, model: workflow.name, cached_tokens: 0, ...usage })
  if (context.signal.aborted) throw new Cancelled()
  if (status === 'completed') return output
  if (status === 'cancelled')
    throw new Fault('child_cancelled', `child run '${id}' was cancelled`, { details: { run: id } })
  const { step, ...fault } = error ?? {
    step: null,
    code: 'defect',
    message: 'it ended without a fault',
    retryable: false,
  }
  throw toFault({ ...fault, details: { ...fault.details, run: id, child_step: step } })
}

const pause = (clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      disarm()
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const disarm = clock.wakeAt(clock.now() + HELD_PAUSE_MS, wake)
    signal.addEventListener('abort', wake)
  })
