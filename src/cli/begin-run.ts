/** From the wish for a run to the run: what is said while its flow makes it wait, and what Ctrl-C means then. */
import { randomUUID } from 'node:crypto'
import type { Run } from '../runtime/run.ts'
import type { QueuedRun, Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { describeQueue } from './queued-run.ts'
import type { OutputOptions } from './run-output.ts'

export interface BegunRun {
  run: Run
  /** That came while it was queued: the run is cancelled. */
  signal: NodeJS.Signals | undefined
}

/** `begin` is given what it has to call while the run is queued. Ctrl-C cancels the run; a second one leaves it in the queue. */
export const beginRun = async (
  { stderr }: Context,
  { json = false, quiet = false }: OutputOptions,
  { store, begin }: { store: Store; begin: (onQueued: (queued: QueuedRun) => void) => Promise<Run> },
): Promise<BegunRun> => {
  let signal: NodeJS.Signals | undefined
  let said = ''
  let id = ''
  const say = (text: string): void => {
    if (text !== said && !quiet && (!json || stderr.isTerminal)) stderr.write(`${text}\n`)
    said = text
  }
  const interrupt = (): void => {
    signal = 'SIGINT'
    say(`cancelling … (Ctrl-C again leaves run ${id} in the queue)`)
    // Whom its flow keeps waiting may begin only to be cancelled.
    store.post(id, { id: `cancel-${randomUUID()}`, kind: 'cancel', body: { by: 'Ctrl-C' } }).catch(() => {})
  }
  const onQueued = (queued: QueuedRun): void => {
    if (id === '') process.once('SIGINT', interrupt)
    id = queued.run.id
    if (signal === undefined) say(`run ${id} is queued by its flow: ${describeQueue(queued)}`)
  }
  try {
    return { run: await begin(onQueued), signal }
  } finally {
    process.off('SIGINT', interrupt)
  }
}
