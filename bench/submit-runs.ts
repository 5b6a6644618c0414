import type { CompiledWorkflow } from '../src/compiler/compile.ts'
import { createRunId } from '../src/core/run-id.ts'
import { toDefinition, toNewRun } from '../src/runtime/new-run.ts'
import { SecretVault } from '../src/secrets/secret-vault.ts'
import type { Store } from '../src/store/store.ts'

/** Enqueues `count` runs in the database for its server. Returns their ids. */
export const submitRuns = async (store: Store, workflow: CompiledWorkflow, count: number): Promise<string[]> => {
  const vault = new SecretVault({})
  const ids = Array.from({ length: count }, () => createRunId(Date.now()))
  await store.saveDefinition(toDefinition(workflow))
  for (let from = 0; from < count; from += IN_ONE_GO) {
    const group = ids.slice(from, from + IN_ONE_GO)
    await Promise.all(group.map((id) => store.submit(toNewRun(workflow, { id, at: Date.now(), input: {} }, vault))))
  }
  return ids
}

/** Others must be able to write between. */
const IN_ONE_GO = 200
