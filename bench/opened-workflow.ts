/** A workflow on a store, in this process, with nothing around it; the model is Troupe's mock, which answers at once. */
import { createLocal, type Local } from '../src/app/local.ts'
import type { CompiledWorkflow } from '../src/compiler/compile.ts'
import { createSource } from '../src/compiler/source.ts'
import type { JsonValue } from '../src/core/json.ts'
import type { Store } from '../src/store/store.ts'

export interface OpenedWorkflow {
  workflow: CompiledWorkflow
  /** Resolves when the run has completed. */
  run(input?: JsonValue): Promise<void>
  close(): Promise<void>
}

export const openWorkflow = (store: Store, source: string): OpenedWorkflow => {
  const local = createLocal({ store, tools: { files: { read: [], write: [], protected: [] }, http: { allow: [] } } })
  const { compiled, diagnostics } = local.compile(createSource('bench.yaml', source))
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics))
  return {
    workflow: compiled,
    run: (input = {}) => runOnce(local, compiled, input),
    close: () => local.close(),
  }
}

const runOnce = async (local: Local, workflow: CompiledWorkflow, input: JsonValue): Promise<void> => {
  const run = await local.start(workflow, { input })
  const exit = await run.exited
  if (exit.kind !== 'ended' || exit.end.status !== 'completed')
    throw new Error(`a run ended as ${exit.kind}: ${JSON.stringify(exit)}`)
}
