/** Queues a run in the store, or explains why it cannot. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import { Fault } from '../core/fault.ts'
import { createRunId } from '../core/run-id.ts'
import { expectNoSecret, type SecretVault } from '../secrets/secret-vault.ts'
import { BAD_ENDS, type RunRecord, type Store, type SubmitOptions, type SubmitResult } from '../store/store.ts'
import { toDefinition, toNewRun, type WantedRun } from './new-run.ts'

export interface Submitted {
  run: RunRecord
  /** False: a run with the same key and body existed, and this is that run. */
  isNew: boolean
}

/**
 * Queues a run: it is durable when this resolves, and has not started. An id is created when none is given.
 * @throws Fault `conflict` when the key was used for another request, or when the flow rejects the run; `invalid_input` for a key
 * that is empty, too long or holds a secret, or an `againIf` that names other ends or has no key; `expression_failed` of `flow.key`; StoreError
 */
export const submitRun = async (
  workflow: CompiledWorkflow,
  wanted: Omit<WantedRun, 'id'> & { id?: string } & SubmitOptions,
  { store, vault }: { store: Store; vault: SecretVault },
): Promise<Submitted> => {
  const { key, at, id = createRunId(at), againIf = [] } = wanted
  if (key !== undefined) checkKey(key, vault)
  checkAgainIf(againIf, key)
  const run = toNewRun(workflow, { ...wanted, id, isQueued: true }, vault)
  // Both in one turn of the event loop, so that they are one transaction.
  const [, result] = await Promise.all([store.saveDefinition(toDefinition(workflow)), store.submit(run, { againIf })])
  if (result.kind === 'created' || result.kind === 'existing')
    return { run: result.run, isNew: result.kind === 'created' }
  throw toRefusal(workflow, result)
}

const LONGEST_KEY = 255

const checkKey = (key: string, vault: SecretVault): void => {
  if (key.trim() === '') throw new Fault('invalid_input', "'key' is empty: expected a unique key for this request")
  if (key.length > LONGEST_KEY)
    throw new Fault('invalid_input', `'key' is too long: expected at most ${LONGEST_KEY} characters, got ${key.length}`)
  expectNoSecret(key, { subject: 'key', vault })
}

const checkAgainIf = (againIf: readonly string[], key: string | undefined): void => {
  const wrong = againIf.find((end) => !BAD_ENDS.some((known) => known === end))
  if (wrong !== undefined)
    throw new Fault('invalid_input', `'againIf' has '${wrong}': expected ${BAD_ENDS.join(' or ')}`)
  if (againIf.length > 0 && key === undefined)
    throw new Fault('invalid_input', "'againIf' is given without 'key': expected the key of the run that has ended")
}

/** Fault `conflict` that says why there is no new run. */
export const toRefusal = (
  { name, hash }: CompiledWorkflow,
  result: Exclude<SubmitResult, { kind: 'created' }>,
): Fault => {
  if (result.kind === 'refused') {
    const { holders, queue } = result
    if (queue !== undefined)
      return new Fault(
        'conflict',
        `the queue of '${name}' is full: max_queued of its flow is ${queue.most}\nsubmit it again later, or raise max_queued`,
        { details: { waiting: queue.waiting, max_queued: queue.most } },
      )
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
