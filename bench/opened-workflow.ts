/** A workflow on a store, in this process, with nothing around it; the model is most often Troupe's mock, which answers at once. */
import { createLocal, type Local, type StartOptions } from '../src/app/local.ts'
import type { Providers } from '../src/app/project/provider-access.ts'
import type { CompiledWorkflow } from '../src/compiler/compile.ts'
import { createSource } from '../src/compiler/source.ts'
import type { JsonValue } from '../src/core/json.ts'
import type { RunWatcher } from '../src/runtime/run-notice.ts'
import type { Store } from '../src/store/store.ts'

export interface OpenedWorkflow {
  workflow: CompiledWorkflow
  /** Resolves when the run has completed. */
  run(input?: JsonValue): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Where models are that are not Troupe's own. */
  providers?: Providers
  /** Hears all that happens in a run. */
  watch?: RunWatcher
}

export const openWorkflow = (
  store: Store,
  source: string,
  { providers = {}, watch = () => {} }: OpenOptions = {},
): OpenedWorkflow => {
  const tools = { files: { read: [], write: [], protected: [] }, http: { allow: [] } }
  const local = createLocal({ store, tools, providers })
  const { compiled, diagnostics } = local.compile(createSource('bench.yaml', source))
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics))
  return {
    workflow: compiled,
    run: (input = {}) => runOnce(local, compiled, { input, watch }),
    close: () => local.close(),
  }
}

const runOnce = async (local: Local, workflow: CompiledWorkflow, options: StartOptions): Promise<void> => {
  const run = await local.start(workflow, options)
  const exit = await run.exited
  if (exit.kind !== 'ended' || exit.end.status !== 'completed')
    throw new Error(`a run ended as ${exit.kind}: ${JSON.stringify(exit)}`)
}
