/** Puts a run into the store for whoever takes it up, and says why there is none. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { Fault } from '../core/fault.ts'
import { createRunId } from '../core/run-id.ts'
import type { SecretVault } from '../secrets/secret-vault.ts'
import type { RunRecord, Store, SubmitResult } from '../store/store.ts'
import { toDefinition, toNewRun, type WantedRun } from './new-run.ts'

export interface Submitted {
  run: RunRecord
  /** False: the same key and body were there before, and this is that run. */
  isNew: boolean
}

/**
 * Durable when this resolves, begun by nobody yet. Its id is made here where none is given.
 * @throws Fault `conflict` when its key was used with something else, or when its flow rejects it; `invalid_input` for a key that
 * can't be one; `expression_failed` of `flow.key`; StoreError
 */
export const submitRun = async (
  workflow: CompiledWorkflow,
  wanted: Omit<WantedRun, 'id'> & { id?: string },
  { store, vault }: { store: Store; vault: SecretVault },
): Promise<Submitted> => {
  const { key, at, id = createRunId(at) } = wanted
  if (key !== undefined) checkKey(key)
  const run = toNewRun(workflow, { ...wanted, id }, vault)
  // Asked for in one turn of the event loop, so that both are one transaction.
  const [, result] = await Promise.all([store.saveDefinition(toDefinition(workflow)), store.submit(run)])
  if (result.kind === 'created' || result.kind === 'existing')
    return { run: result.run, isNew: result.kind === 'created' }
  throw toRefusal(workflow, result)
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

/** Fault `conflict`: why there is no new run. */
export const toRefusal = (
  { name, hash }: CompiledWorkflow,
  result: Exclude<SubmitResult, { kind: 'created' }>,
): Fault => {
  if (result.kind === 'refused') {
    const { holders } = result
    return new Fault(
      'conflict',
      `'${name}' runs already, and its flow rejects another run: ${holders.join(', ')}\nwait for it, or stop it: troupe cancel ${holders[0] ?? 'RUN'}`,
      { details: { holders } },
    )
  }
  const { id, key, definition } = result.run
  const other = definition === hash ? 'another input or other models' : 'another version of it'
  const what = result.kind === 'existing' ? 'the same' : other
  return new Fault(
    'conflict',
    `run ${id} of '${name}' has the key '${key}', and was submitted with ${what}\nuse another key for another request; what it was: troupe trace ${id}`,
    { details: { run: id } },
  )
}
