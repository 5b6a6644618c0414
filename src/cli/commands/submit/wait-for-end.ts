/** Follows a run that another process performs, by polling the database until the run has ended. */
import { setTimeout as delay } from 'node:timers/promises'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { type ShownStatus, toShownStatus } from '../../../service/views/shown-status.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { writeHint } from '../../output.ts'
import { describeHolder } from '../../run-holder.ts'
import { type OutputOptions, writeEnd } from '../../run-output.ts'

export interface WaitedRun {
  store: Store
  run: RunRecord
  workflow: CompiledWorkflow
}

const POLL_EVERY_MS = 150

/** A run that no process has claimed for this long is reported. */
const PATIENCE_MS = 2_000

/** Resolves to the exit code that `run` would have. Ctrl-C leaves the run as it is. */
export const waitForEnd = async (context: Context, output: OutputOptions, waited: WaitedRun): Promise<number> => {
  const interrupt = new AbortController()
  const onSignal = (): void => interrupt.abort()
  process.on('SIGINT', onSignal)
  try {
    const run = await look(context, output, { ...waited, signal: interrupt.signal })
    if (run === undefined) return leave(context, waited.run)
    return await writeEnd(context, output, { ...waited, run })
  } finally {
    process.off('SIGINT', onSignal)
  }
}

/** Resolves to the ended run; undefined if the wait was interrupted. */
const look = async (
  { stderr }: Context,
  { json = false, quiet = false }: OutputOptions,
  { store, run: { id }, signal }: WaitedRun & { signal: AbortSignal },
): Promise<RunRecord | undefined> => {
  const since = Date.now()
  const say = (text: string): void => {
    if (!json && !quiet) stderr.write(`${text}\n`)
  }
  let shown: ShownStatus = 'queued'
  let isWarned = false
  while (!signal.aborted) {
    const found = await store.findRun(id)
    if (found.kind !== 'found') return undefined
    const status = toShownStatus(found.run)
    if (found.run.status !== 'running') return found.run
    if (status !== shown) say(describeChange(found.run, status))
    shown = status
    if (!isWarned && status === 'queued' && Date.now() - since > PATIENCE_MS) {
      isWarned = true
      say(`it has not started yet: troupe serve starts it, or in another terminal: troupe resume ${id}`)
    }
    await delay(POLL_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  return undefined
}

const describeChange = ({ id, holder }: RunRecord, status: ShownStatus): string => {
  const where = status === 'running' && holder !== null ? ` in ${describeHolder(holder)}` : ''
  const what = status === 'waiting' ? `; to see for what: troupe trace ${id}` : ''
  return `run ${id} is ${status}${where}${what}`
}

const leave = (context: Context, { id }: RunRecord): number => {
  context.stderr.write(`run ${id} continues without this command\n`)
  writeHint(context, `to stop it: troupe cancel ${id}`)
  return EXIT.interrupted
}
