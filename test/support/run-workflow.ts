/** Runs a workflow through the composition root of one process, on a store in memory and a clock turned by hand. */
import { loadProvider } from '../../src/actors/llm/providers.ts'
import { createLocal, type Local } from '../../src/app/local.ts'
import type { CompiledWorkflow } from '../../src/compiler/compile.ts'
import type { JsonValue } from '../../src/core/json.ts'
import type { Run, RunExit } from '../../src/runtime/run.ts'
import type { RunNotice } from '../../src/runtime/run-notice.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { RunEnd, Store } from '../../src/store/store.ts'
import { compileWorkflow } from './compile-workflow.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createToolOptions } from './tool-options.ts'

export interface LocalRun {
  local: Local
  store: Store
  clock: ManualClock
  run: Run
  notices: RunNotice[]
  rows(): Promise<JournalRow[]>
  /** Turns the clock from wake to wake until the run has left the process. */
  finish(): Promise<RunExit>
}

export interface LocalRunOptions {
  input?: JsonValue
  secrets?: Record<string, string>
  environment?: Record<string, string>
  /** Folder that tools may read and write. */
  root?: string
}

export const startWorkflow = async (
  workflow: string | CompiledWorkflow,
  { input, secrets = {}, environment = {}, root }: LocalRunOptions = {},
): Promise<LocalRun> => {
  const clock = createManualClock()
  const store = createMemoryStore({ now: () => clock.now() })
  const local = createLocal({
    store,
    clock,
    secrets,
    environment,
    tools: createToolOptions(root === undefined ? {} : { root }),
  })
  await loadEarly(clock)
  const notices: RunNotice[] = []
  const compiled = typeof workflow === 'string' ? compileWorkflow(workflow, Object.keys(environment)) : workflow
  const run = await local.start(compiled, {
    ...(input === undefined ? {} : { input }),
    watch: (notice) => notices.push(notice),
  })
  return {
    local,
    store,
    clock,
    run,
    notices,
    rows: () => store.readJournal(run.id),
    finish: () => finishRun(run, clock),
  }
}

/** The end of a workflow that is left to itself. */
export const runWorkflow = async (
  workflow: string | CompiledWorkflow,
  options?: LocalRunOptions,
): Promise<RunEnd & { durationMs: number }> => {
  const { finish } = await startWorkflow(workflow, options)
  const exit = await finish()
  if (exit.kind === 'ended') return { ...exit.end, durationMs: exit.durationMs }
  throw new Error(`expected the run to end, got ${exit.kind}`, 'cause' in exit ? { cause: exit.cause } : {})
}

/** Far more wakes than any workflow of a test needs. */
const MOST_WAKES = 100_000

const finishRun = async (run: Run, clock: ManualClock): Promise<RunExit> => {
  let exit: RunExit | undefined
  const waiting = run.exited.then((left) => {
    exit = left
  })
  for (let wakes = 0; exit === undefined && wakes < MOST_WAKES; wakes++) if (!(await clock.advanceToNext())) break
  if (exit === undefined) throw new Error(`run '${run.id}' waits for something that never comes`)
  await waiting
  return exit
}

/** Modules load in real time, and the clock must not run away meanwhile. */
const loadEarly = async (clock: ManualClock): Promise<void> => {
  await Promise.all([loadProvider('mock', { clock }), import('../../src/core/json-schema-validator.ts')])
}
