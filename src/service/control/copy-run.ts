/** Plans runs that are made from old ones: restarts, reruns and forks. The caller performs them or queues them for a server. */
import type { Catalogue } from '../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { Fault } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { checkInput } from '../../runtime/check-input.ts'
import type { CopiedRun } from '../../runtime/host.ts'
import type { RunOrigin, Store } from '../../store/store.ts'
import type { VisitName } from '../history/find-visit.ts'
import type { StoredRun } from '../history/load-run.ts'
import type { PastRun } from '../history/past-run.ts'
import { type ForkPlan, planFork } from '../history/plan-fork.ts'
import type { SetOutput } from '../history/set-outputs.ts'
import { toShownStatus } from '../views/shown-status.ts'
import { compileStored } from '../workflows/compile-stored.ts'

export interface RunCopy {
  stored: StoredRun
  start: {
    input: JsonValue
    models: Record<string, string>
    origin: RunOrigin
    key?: string
    request?: JsonObject
    copied?: CopiedRun
  }
}

/** Merges changes into the input of a run. @throws Fault `invalid_input` */
export const changeInput = async (
  { stored: { workflow }, created }: PastRun,
  changes: JsonObject,
): Promise<JsonValue> => {
  const base = isJsonObject(created.input) ? created.input : {}
  return checkInput(workflow, { ...base, ...changes })
}

/** @throws Fault `conflict` for a run that has not ended: two copies at the same time are rarely intended */
export const expectEnded = ({ record }: PastRun): void => {
  if (record.status !== 'running') return
  throw new Fault(
    'conflict',
    `run ${record.id} has not ended: it is ${toShownStatus(record)}\n` +
      `to continue it: troupe resume ${record.id}, or to end it first: troupe cancel ${record.id}`,
  )
}

/** Plans a new run with the definition, models and input of an ended one. Default of `input`: that of the old run. */
export const planRestart = (
  { record, stored, created }: PastRun,
  { input = created.input }: { input?: JsonValue | undefined } = {},
): RunCopy => ({ stored, start: { input, models: created.models, origin: { kind: 'restart', of: record.id } } })

/** Plans the one rerun of a run. Its idempotency key makes concurrent requests rerun it once. */
export const planRerun = ({ record: { id: of }, stored, created }: PastRun): RunCopy => ({
  stored,
  start: { input: created.input, models: created.models, origin: { kind: 'rerun', of }, key: `rerun ${of}` },
})

/** Has a copy be made once for each key that a client gives, and each run that it is made from. @param request The parts that the copy does not hold. */
export const withKey = (copy: RunCopy, key: string | undefined, request?: JsonObject): RunCopy => {
  if (key === undefined) return copy
  const { kind, of } = copy.start.origin
  return { ...copy, start: { ...copy.start, key: `${kind} ${of} ${key}`, ...(request && { request }) } }
}

/** The run that a rerun of this key has made before, with another request. Undefined for any other error. */
export const findKnownRerun = (fault: Fault): string | undefined => {
  const run = fault.code === 'conflict' ? fault.details?.run : undefined
  return typeof run === 'string' ? run : undefined
}

export interface ForkRequest {
  from: VisitName
  /** Changed input, checked. Default: that of the old run. */
  input?: JsonValue
  /** Alias to `provider/name`: changes to the models of the old run. */
  models?: Record<string, string>
  set?: readonly SetOutput[]
  sameKeys?: boolean
}

export interface ForkPorts {
  store: Store
  catalogue: Catalogue
  /** Epoch milliseconds. */
  now: number
}

/** @throws Fault as `planFork`; `not_found` if the definition is gone */
export const planForkOf = async (
  past: PastRun,
  { models = {}, ...request }: ForkRequest,
  { store, catalogue, now }: ForkPorts,
): Promise<ForkPlan> => {
  const { record, stored, rows, created } = past
  const changed = Object.keys(models).length === 0 ? undefined : { ...created.models, ...models }
  return planFork(
    { id: record.id, workflow: stored.workflow, rows },
    {
      ...request,
      ...(changed && { models: changed, workflow: await compileWith(past, changed, { store, catalogue }) }),
      catalogue,
      now,
    },
  )
}

const compileWith = async (
  { record, stored }: PastRun,
  models: Record<string, string>,
  { store, catalogue }: Pick<ForkPorts, 'store' | 'catalogue'>,
): Promise<CompiledWorkflow> => {
  const definition = await store.loadDefinition(record.definition)
  if (definition === undefined) throw new Fault('not_found', `the definition of run ${record.id} is gone`)
  return compileStored(definition, { catalogue, models, environment: Object.keys(stored.environment) })
}

export const toForkCopy = (
  { record, stored }: PastRun,
  { workflow, copied, data: { input, models } }: ForkPlan,
): RunCopy => ({
  stored: { ...stored, workflow },
  start: { input, models, copied, origin: { kind: 'fork', of: record.id } },
})
