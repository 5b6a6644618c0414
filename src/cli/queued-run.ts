import type { QueuedRun } from '../store/store.ts'

/** The reason why the flow of a workflow queues a run: `2 runs go first`, `its rate lets it start at …`. */
export const describeQueue = ({ ahead, retryAt }: Pick<QueuedRun, 'ahead' | 'retryAt'>): string => {
  if (ahead > 0) return `${ahead} run${ahead === 1 ? ' goes' : 's go'} first`
  if (retryAt !== null) return `its rate lets it start at ${new Date(retryAt).toISOString()}`
  return 'it starts as soon as a run of its flow ends'
}
