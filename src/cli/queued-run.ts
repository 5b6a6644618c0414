import type { QueuedRun } from '../store/store.ts'

/** Why the flow of a workflow makes a run wait: `2 runs go first`, `its rate lets it begin at …`. */
export const describeQueue = ({ ahead, retryAt }: Pick<QueuedRun, 'ahead' | 'retryAt'>): string => {
  if (ahead > 0) return `${ahead} run${ahead === 1 ? ' goes' : 's go'} first`
  if (retryAt !== null) return `its rate lets it begin at ${new Date(retryAt).toISOString()}`
  return 'it is next, as soon as a run of its flow ends'
}
