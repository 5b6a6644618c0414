/** A workflow on a store, in this process, with nothing around it; the model is most often Troupe's mock, which answers at once. */
import { setTimeout as delay } from 'node:timers/promises'
import { createPerformer } from '../src/app/performer.ts'
import type { Providers } from '../src/app/project/provider-access.ts'
import type { CompiledWorkflow } from '../src/compiler/compile.ts'
import { createSource } from '../src/compiler/source.ts'
import { systemClock } from '../src/core/clock.ts'
import type { JsonValue } from '../src/core/json.ts'
import type { RunWatcher } from '../src/runtime/run-notice.ts'
import { createProcessRuns, type ProcessRuns, type StartOptions } from '../src/service/local-runs.ts'
import type { HostStore } from '../src/store/store.ts'

export interface OpenedWorkflow {
  workflow: CompiledWorkflow
  /** Resolves when the run has completed. */
  run(input?: JsonValue): Promise<void>
  /** Resolves when the run waits for an event. */
  startWaiting(input: JsonValue): Promise<void>
  /** Goes on with a run that waits for an event. */
  resume(id: string): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Where models are that are not Troupe's own. */
  providers?: Providers
  /** Hears all that happens in a run. */
  watch?: RunWatcher
}

export const openWorkflow = (
  store: HostStore,
  source: string,
  { providers = {}, watch = () => {} }: OpenOptions = {},
): OpenedWorkflow => {
  const tools = { files: { read: [], write: [], protected: [] }, http: { allow: [] }, json: { eval: false } }
  const performer = createPerformer({ store, tools, providers })
  const runs = createProcessRuns({ store, performer, environment: {}, clock: systemClock })
  const { compiled, diagnostics } = runs.compile(createSource('bench.yaml', source))
  if (compiled === undefined) throw new Error(JSON.stringify(diagnostics))
  return {
    workflow: compiled,
    run: (input = {}) => runOnce(runs, compiled, { input, watch }),
    startWaiting: async (input) => {
      const run = await runs.start(compiled, { input })
      while (run.state.openWaits().length === 0) {
        if (run.state.end !== undefined) throw new Error(`a run ended: ${JSON.stringify(run.state.end)}`)
        await delay(WAIT_LOOK_MS)
      }
    },
    resume: async (id) => {
      const resumed = await runs.resume(id)
      if (resumed.kind !== 'resumed' || resumed.run.state.openWaits().length === 0)
        throw new Error(`'${id}' does not wait: ${resumed.kind}`)
    },
    close: () => runs.close(),
  }
}

const WAIT_LOOK_MS = 5

const runOnce = async (runs: ProcessRuns, workflow: CompiledWorkflow, options: StartOptions): Promise<void> => {
  const run = await runs.start(workflow, options)
  const exit = await run.exited
  if (exit.kind !== 'ended' || exit.end.status !== 'completed')
    throw new Error(`a run ended as ${exit.kind}: ${JSON.stringify(exit)}`)
}
