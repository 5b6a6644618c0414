/** Selects the runs of a list, by what the store knows of them, by the status that is shown, and by their input. */
import type { Assignment } from '../../core/assignment.ts'
import type { JsonValue } from '../../core/json.ts'
import type { RunFilter, RunRecord, Store } from '../../store/store.ts'
import { isDamage } from '../../store/store-error.ts'
import { type ShownStatus, toShownStatus } from '../views/shown-status.ts'
import { holdsFor } from './holds-for.ts'

export interface RunQuery {
  status: ShownStatus | undefined
  /** Runs without a parent; `limit` undefined: all of them. */
  filter: Omit<RunFilter, 'status'>
  inputs: readonly Assignment[]
}

export interface SelectedRuns {
  /** Newest first. */
  runs: RunRecord[]
  /** Number of runs without the limit, from where the list begins. */
  total: number
}

export const selectRuns = async (store: Store, { status, filter, inputs }: RunQuery): Promise<SelectedRuns> => {
  const { limit, ...others } = filter
  const isOfEnd = status === 'completed' || status === 'failed' || status === 'cancelled'
  const stored: RunFilter = {
    ...others,
    ...(status !== undefined && status !== 'damaged' && { status: isOfEnd ? status : 'running' }),
  }
  if (inputs.length === 0 && (status === undefined || isOfEnd)) {
    const [runs, total] = await Promise.all([store.listRuns({ ...stored, ...filter }), store.countRuns(stored)])
    return { runs, total }
  }
  // The shown status of a run that has not ended follows from its holder too.
  const listed = await store.listRuns(stored)
  const ofStatus = status === undefined ? listed : listed.filter((run) => toShownStatus(run) === status)
  const runs = inputs.length === 0 ? ofStatus : await withInput(ofStatus, { store, inputs })
  return { runs: runs.slice(0, limit), total: runs.length }
}

const withInput = async (
  runs: readonly RunRecord[],
  { store, inputs }: { store: Store; inputs: readonly Assignment[] },
): Promise<RunRecord[]> => {
  const found: RunRecord[] = []
  for (const run of runs) {
    const input = await readInput(store, run.id)
    if (input !== undefined && inputs.every((condition) => holdsFor(condition, input))) found.push(run)
  }
  return found
}

/** Undefined when its first row is missing or damaged. */
const readInput = async (store: Store, id: string): Promise<JsonValue | undefined> => {
  try {
    return (await store.readCreated(id))?.data.input
  } catch (thrown) {
    if (isDamage(thrown)) return undefined
    throw thrown
  }
}
