/**
 * Placement of the effects of one run: a step of kind `workflow` becomes a run of its own, with its own journal, lease and trace.
 * Every other effect is performed where the run's own placement says.
 *
 * Invariants
 * 1. The child's id follows from the parent's effect and attempt. Performing the effect again, after a crash or in another process,
 *    finds the same child: it starts it, goes on with it, or takes its end. So an attempt of such a step is never lost.
 * 2. Cancel passes down; faults, cost and tokens pass up (child-fault.ts).
 * 3. A child that another process holds is asked for again until it can be followed here or has ended.
 * 4. A child has its parent's performer, and its budget stands under its parent's.
 * 5. A child that its flow makes wait is asked for again until its turn comes. Called off, it ends before it begins.
 */
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { ActorContext } from '../../core/actor.ts'
import { Cancelled } from '../../core/cancelled.ts'
import type { Clock } from '../../core/clock.ts'
import { Fault, toFault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import type { RunError, RunRecord } from '../../store/store.ts'
import { CHILD_PROVIDER } from '../../store/usage-sums.ts'
import { spentOf } from '../budget/budget.ts'
import { checkInput } from '../check-input.ts'
import { isLeft } from '../effects/attempt.ts'
import type { ActorCall, Placement } from '../effects/placement.ts'
import type { Run } from '../run.ts'
import { ignoreNotices } from '../run-notice.ts'
import { toParentFault } from './child-fault.ts'
import { CALLED_OFF, toChildId } from './child-id.ts'
import type { ChildParent, RunOpener } from './child-parent.ts'
import { startDetached } from './detached-run.ts'

interface ChildCall {
  id: string
  workflow: CompiledWorkflow
  input: JsonValue
  /** Attempt of the parent's effect: `sum_up#1.1`. */
  attempt: string
  context: ActorContext
}

/** Pause before a child that another process holds is asked for again. */
const HELD_PAUSE_MS = 500

export const createChildPlacement = (parent: ChildParent, opener: RunOpener): Placement => ({
  perform(call, context) {
    if (call.kind === 'workflow') return performChild({ call, context }, { parent, opener })
    if (call.kind === 'detach') return startDetached(call, { parent, opener })
    return parent.performer.placement.perform(call, context)
  },
})

interface Family {
  parent: ChildParent
  opener: RunOpener
}

/** @throws Fault of the child, `child_cancelled` when it was cancelled by itself; Cancelled */
const performChild = async (
  { call, context }: { call: ActorCall; context: ActorContext },
  family: Family,
): Promise<JsonValue> => {
  const { id, workflow: parent } = family.parent
  const workflow = parent.children.get(call.actor)
  if (workflow === undefined) throw new Fault('not_found', `workflow '${call.actor}' is not linked with its parent`)
  const attempt = `${call.effect}.${context.attempt}`
  const child = { id: toChildId(id, attempt), workflow, input: call.input, attempt, context }
  for (;;) {
    const { signal } = context
    if (signal.aborted && isLeft(signal.reason)) throw new Cancelled()
    const end = await awaitEnd(child, family)
    if (end !== undefined) return finish(end, { ...child, parent: id })
    if (signal.aborted) throw new Cancelled()
    await pause(family.opener.clock, signal)
  }
}

type ChildEnd = Pick<RunRecord, 'status' | 'output' | 'error' | 'usage'>

/**
 * Goes on with the child or starts it, and follows it to its end; undefined when another process holds it, when its flow makes it wait,
 * or when it is called off before it was created.
 */
const awaitEnd = async (
  { id, workflow, input, attempt, context }: ChildCall,
  { parent, opener }: Family,
): Promise<ChildEnd | undefined> => {
  if (opener.isStopped()) return undefined
  const { env, performer, budget } = parent
  const options = { watch: ignoreNotices, above: budget && { budget, run: parent.id, attempt }, performer }
  const resumed = await opener.resume(id, options)
  if (resumed.kind === 'resumed') return follow(resumed.run, context)
  if (resumed.kind === 'ended') {
    budget?.setBelow(attempt, spentOf(await opener.store.readJournal(id)))
    return resumed.run
  }
  if (resumed.kind !== 'missing' || context.signal.aborted) return undefined
  const checked = await checkInput(workflow, input)
  // A parent with the keys of another run gives its child the keys of that run's child.
  const keys = parent.keyRun === parent.id ? {} : { keyRun: toChildId(parent.keyRun, attempt) }
  const created = await opener.create(workflow, { id, parent: parent.id, input: checked, env, ...keys }, options)
  return created && follow(created, context)
}

/** Follows a run in this process to its end; undefined when another process has taken it over. */
const follow = async (run: Run, { signal }: ActorContext): Promise<ChildEnd | undefined> => {
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

const finish = (
  { status, output, error, usage }: ChildEnd,
  { id, workflow, context, parent }: ChildCall & { parent: string },
): JsonValue => {
  if (usage.input_tokens + usage.output_tokens > 0 || usage.cache_hits !== undefined)
    context.usage({ provider: CHILD_PROVIDER, model: workflow.name, cached_tokens: 0, ...usage })
  if (context.signal.aborted) throw new Cancelled()
  if (status === 'completed') return output
  if (status === 'cancelled')
    throw new Fault('child_cancelled', `child run '${id}' was cancelled`, { details: { run: id } })
  throw toFault(toParentFault(error ?? NO_FAULT, { id, workflow: workflow.name, parent }))
}

const NO_FAULT: RunError = { step: null, code: 'defect', message: 'it ended without a fault', retryable: false }

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
