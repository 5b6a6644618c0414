/** Waits until a run starts, reports while the flow of its workflow queues it, and handles Ctrl-C meanwhile. */
import { randomUUID } from 'node:crypto'
import type { Run } from '../runtime/run.ts'
import type { QueuedRun, Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { describeQueue } from './queued-run.ts'
import type { OutputOptions } from './run-output.ts'

export interface BegunRun {
  run: Run
  /** The signal that arrived while the run was queued, and cancelled it. */
  signal: NodeJS.Signals | undefined
}

/**
 * `begin` starts the run and calls the function it is given while the run is queued. Ctrl-C cancels the run; a second one
 * leaves it in the queue.
 */
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
    // A queued run may start only to be cancelled: the flow lets a cancelled run pass.
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
