/** Queues reruns of failed runs for a server, each once. */
import { isFault } from '../../core/fault.ts'
import type { Submitted } from '../../runtime/submit-run.ts'
import type { RunRecord } from '../../store/store.ts'
import { isDamage } from '../../store/store-error.ts'
import type { PastRun } from '../history/past-run.ts'
import { findKnownRerun, planRerun, type RunCopy } from './copy-run.ts'

export interface RerunPorts {
  /** @throws Fault, StoreError */
  readPast(run: RunRecord): Promise<PastRun>
  /** @param by Name of the client. @throws Fault, StoreError */
  submitCopy(copy: RunCopy, by: string | undefined): Promise<Submitted>
}

export interface SubmittedRerun {
  /** The run that is repeated. */
  of: string
  /** Null: it could not be queued. */
  run: string | null
  workflow: string
  /** `known`: it was rerun before. */
  status: 'queued' | 'known' | 'error'
  error: { code: string; message: string } | null
}

/** One that can't be queued does not keep back the others. @throws StoreError */
export const submitReruns = async (
  runs: readonly RunRecord[],
  ports: RerunPorts & { by: string | undefined },
): Promise<SubmittedRerun[]> => {
  const reruns: SubmittedRerun[] = []
  for (const run of runs) reruns.push(await submitRerun(run, ports))
  return reruns
}

/** Queues the rerun of one run. A damaged one is an error of its own. @throws StoreError */
export const submitRerun = async (
  record: RunRecord,
  { readPast, submitCopy, by }: RerunPorts & { by: string | undefined },
): Promise<SubmittedRerun> => {
  const about = { of: record.id, workflow: record.workflow, error: null }
  try {
    const { run, isNew } = await submitCopy(planRerun(await readPast(record)), by)
    return { ...about, run: run.id, status: isNew ? 'queued' : 'known' }
  } catch (thrown) {
    if (!isFault(thrown) && !isDamage(thrown)) throw thrown
    const run = isFault(thrown) ? findKnownRerun(thrown) : undefined
    if (run !== undefined) return { ...about, run, status: 'known' }
    const { code, message } = thrown
    return { ...about, run: null, status: 'error', error: { code, message } }
  }
}
