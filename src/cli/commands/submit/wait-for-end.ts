/** Follows a run that another process performs: by looking, until it has ended. */
import { setTimeout as delay } from 'node:timers/promises'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { readUndone } from '../../../service/control/undone-steps.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { describeHolder, type ShownStatus, toShownStatus } from '../../run-holder.ts'
import { type OutputOptions, writeResult } from '../../run-output.ts'
import { toEndExitCode, toEndedResult } from '../../run-result.ts'

export interface WaitedRun {
  store: Store
  run: RunRecord
  workflow: CompiledWorkflow
}

const LOOK_EVERY_MS = 150

/** How long nobody may have taken a run up before it is said that somebody has to. */
const PATIENCE_MS = 2_000

/** The exit code: that of `run`. Ctrl-C leaves the run as it is. */
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

/** Undefined: the wait was interrupted. */
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
      say(`nobody has begun it yet: troupe serve does, or in another terminal: troupe resume ${id}`)
    }
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  return undefined
}

const describeChange = ({ id, holder }: RunRecord, status: ShownStatus): string => {
  const where = status === 'running' && holder !== null ? ` in ${describeHolder(holder)}` : ''
  const what = status === 'waiting' ? `; for what: troupe trace ${id}` : ''
  return `run ${id} is ${status}${where}${what}`
}

const leave = ({ stderr }: Context, { id }: RunRecord): number => {
  stderr.write(`run ${id} goes on without this command\n`)
  stderr.write(`  ${stderr.paint.cyan('hint:')} to stop it: troupe cancel ${id}\n`)
  return EXIT.interrupted
}

const writeEnd = async (
  context: Context,
  output: OutputOptions,
  { store, run, workflow }: WaitedRun,
): Promise<number> => {
  const durationMs = (run.endedAt ?? run.createdAt) - run.createdAt
  const undone = await readUndone(store, run)
  const result = toEndedResult({ run: run.id, workflow: run.workflow, end: run, durationMs, undone })
  writeResult(context, output, { result, workflow })
  return toEndExitCode(run.status)
}
