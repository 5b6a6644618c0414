import { placeSteps } from '../../../compiler/step-place.ts'
import { isFault } from '../../../core/fault.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { loadRun } from '../../load-run.ts'
import type { RunTimes } from './critical-path.ts'
import { type Steps, toSpans } from './span.ts'

/** The times of these runs, and the steps of the newest one's workflow. @throws StoreError */
export const readRunTimes = async (
  store: Store,
  runs: readonly RunRecord[],
): Promise<{ times: RunTimes[]; steps: Steps }> => {
  const known = new Map<string, Steps>()
  const times: RunTimes[] = []
  for (const run of runs) {
    const steps = known.get(run.definition) ?? (await readSteps(store, run))
    known.set(run.definition, steps)
    const rows = await store.readJournal(run.id)
    const endedAt = run.endedAt ?? Math.max(run.createdAt, rows.at(-1)?.at ?? 0)
    times.push({ startedAt: run.createdAt, endedAt, spans: toSpans(rows, steps) })
  }
  return { times, steps: known.get(runs[0]?.definition ?? '') ?? new Map() }
}

/** None where the workflow no longer compiles with this version: its times can be told all the same. */
const readSteps = async (store: Store, run: RunRecord): Promise<Steps> => {
  try {
    const { workflow } = await loadRun(store, run, { environment: {}, workingFolder: '/' })
    return placeSteps(workflow.workflow)
  } catch (thrown) {
    if (isFault(thrown)) return new Map()
    throw thrown
  }
}
