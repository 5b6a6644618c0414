import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { Fault } from '../../core/fault.ts'
import type { JsonValue } from '../../core/json.ts'
import { createRunId } from '../../core/run-id.ts'
import { toDefinition, toNewRun } from '../../runtime/new-run.ts'
import type { SecretVault } from '../../runtime/secret-vault.ts'
import type { RunRecord, Store } from '../../store/store.ts'

export interface Submission {
  store: Store
  /** Takes secrets out of what is kept of the input. */
  vault: SecretVault
  /** Already checked against the workflow's schema, defaults filled in. */
  input: JsonValue
  models?: Record<string, string>
  env?: Record<string, string>
  /** Absolute: what relative paths in the workflow are relative to. */
  folder?: string | undefined
  /** Idempotency key. */
  key?: string | undefined
  /** Which prices its costs go by. */
  pricing?: string | undefined
  now?(): number
}

export interface Submitted {
  run: RunRecord
  /** False: the same key and body were there before, and this is that run. */
  isNew: boolean
}

/**
 * Puts a run into the database, for whoever serves it: durable when this resolves, begun by nobody yet.
 * @throws Fault `conflict` when its key was used with something else, or when its flow rejects it; `invalid_input` for a key that
 * can't be one; `expression_failed` of `flow.key`; StoreError
 */
export const submitRun = async (
  workflow: CompiledWorkflow,
  { store, vault, input, models = {}, env = {}, folder, key, pricing, now = Date.now }: Submission,
): Promise<Submitted> => {
  if (key !== undefined) checkKey(key)
  const at = now()
  const optional = {
    ...(folder === undefined ? {} : { folder }),
    ...(key === undefined ? {} : { key }),
    ...(pricing === undefined ? {} : { pricing }),
  }
  const run = toNewRun(workflow, { id: createRunId(at), at, input, models, env, ...optional }, vault)
  // Asked for in one turn of the event loop, so that both are one transaction.
  const [, result] = await Promise.all([store.saveDefinition(toDefinition(workflow)), store.submit(run)])
  if (result.kind === 'created' || result.kind === 'existing')
    return { run: result.run, isNew: result.kind === 'created' }
  if (result.kind === 'conflict') throw toKeyConflict(workflow, { key, run: result.run })
  const { holders } = result
  throw new Fault(
    'conflict',
    `'${workflow.name}' runs already, and its flow rejects another run: ${holders.join(', ')}\nwait for it, or stop it: troupe cancel ${holders[0] ?? 'RUN'}`,
    { details: { holders } },
  )
}

const LONGEST_KEY = 255

const checkKey = (key: string): void => {
  if (key.trim() === '') throw new Fault('invalid_input', 'the key is empty: expected what names the request once')
  if (key.length > LONGEST_KEY)
    throw new Fault(
      'invalid_input',
      `the key is too long: expected at most ${LONGEST_KEY} characters, got ${key.length}`,
    )
}

const toKeyConflict = (
  { name, hash }: CompiledWorkflow,
  { key = '', run }: { key: string | undefined; run: RunRecord },
): Fault => {
  const what = run.definition === hash ? 'another input or other models' : 'another version of it'
  return new Fault(
    'conflict',
    `run ${run.id} of '${name}' has the key '${key}', and was submitted with ${what}\nuse another key for another request; what it was: troupe trace ${run.id}`,
    { details: { run: run.id } },
  )
}
