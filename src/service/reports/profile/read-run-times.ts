import type { Catalogue } from '../../../compiler/catalogue.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { placeSteps } from '../../../compiler/place-steps.ts'
import { isFault } from '../../../core/fault.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { foldTimeline } from '../../history/fold-timeline.ts'
import { loadRun } from '../../history/load-run.ts'
import { readTimeline } from '../../history/timeline.ts'
import type { RunTimes } from './critical-path.ts'
import { type Steps, toSpans } from './span.ts'

/** Reads the times of runs, newest first, and the steps of the newest workflow. @throws StoreError */
export const readRunTimes = async (
  store: Store,
  { runs, catalogue }: { runs: readonly RunRecord[]; catalogue: Catalogue },
): Promise<{ times: RunTimes[]; steps: Steps }> => {
  const known = new Map<string, ReadWorkflow>()
  const times: RunTimes[] = []
  for (const run of runs) {
    const { steps, workflow } = known.get(run.definition) ?? (await readWorkflow(store, { run, catalogue }))
    known.set(run.definition, { steps, workflow })
    const rows = await store.readJournal(run.id)
    const endedAt = run.endedAt ?? Math.max(run.createdAt, rows.at(-1)?.at ?? 0)
    const timeline = workflow ? foldTimeline(workflow, { runId: run.id, rows }).timeline : readTimeline(rows)
    const spans = toSpans(timeline, { steps, endedAt, isFolded: workflow !== undefined })
    const startedAt = run.begunAt ?? endedAt
    times.push({ startedAt, endedAt, spans, queuedMs: startedAt - run.createdAt })
  }
  return { times, steps: known.get(runs[0]?.definition ?? '')?.steps ?? new Map() }
}

interface ReadWorkflow {
  steps: Steps
  workflow: CompiledWorkflow | undefined
}

/** No steps for a workflow that no longer compiles with this version: its times are known all the same. */
const readWorkflow = async (
  store: Store,
  { run, catalogue }: { run: RunRecord; catalogue: Catalogue },
): Promise<ReadWorkflow> => {
  try {
    const { workflow } = await loadRun(store, run, { catalogue, environment: {}, workingFolder: '/' })
    return { steps: placeSteps(workflow.workflow), workflow }
  } catch (thrown) {
    if (isFault(thrown)) return { steps: new Map(), workflow: undefined }
    throw thrown
  }
}
