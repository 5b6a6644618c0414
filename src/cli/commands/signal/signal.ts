/** `troupe signal`: sends an event to a run, or to all that a condition holds for. */

import type { JsonValue } from '../../../core/json.ts'
import { matchRuns } from '../../../service/control/match-runs.ts'
import { type SignalEnd, sendSignal } from '../../../service/control/send-signal.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { findRun } from '../../find-run.ts'
import { readInput } from '../../input/input-arguments.ts'
import { parseInputJson } from '../../input/input-json.ts'
import { createKnownVault } from '../../known-secrets.ts'
import { openRuns } from '../../open-runs.ts'
import { toOneLine } from '../../printable.ts'
import { isFree, toShownStatus } from '../../run-holder.ts'

export interface SignalArguments {
  /** The run; with `match` the event. */
  first: string
  /** The event. */
  second?: string
  match?: string
  data?: string[]
  id?: string
  json?: boolean
}

/** The exit code: 1 when a run that was named has ended. */
export const signal = async (context: Context, options: SignalArguments): Promise<number> => {
  const event = readEvent(options)
  const data = await readData(options.data ?? [], context)
  const { store, project } = await openRuns(context)
  try {
    const runs = await findReceivers(store, options)
    const vault = createKnownVault(project, context.environment)
    const end = await sendSignal(store, runs, { event, data, id: options.id, vault })
    report(context, options, { event, end, runs })
    return EXIT.completed
  } finally {
    await store.close()
  }
}

const readEvent = ({ first, second, match }: SignalArguments): string => {
  if (match === undefined && second !== undefined) return second
  if (match !== undefined && second === undefined) return first
  throw match === undefined
    ? new CliError(`expected a run and an event, got '${first}' alone`, {
        hint: `troupe signal RUN ${first}, or to several: troupe signal --match EXPRESSION ${first}`,
      })
    : new CliError(`expected either a run or --match, got both: '${first}' and --match`)
}

const readData = async (texts: readonly string[], context: Context): Promise<JsonValue> => {
  const [only = ''] = texts
  if (texts.length === 0) return null
  // One that is no object is taken too: an event may carry anything.
  if (texts.length === 1 && /^\s*(\[|"|-?\d|true\b|false\b|null\b)/.test(only)) return parseValue(only)
  return readInput(texts, { schema: undefined, context, option: '--data' })
}

const parseValue = (text: string): JsonValue => {
  try {
    return parseInputJson(text)
  } catch (cause) {
    throw new CliError(`--data is no JSON: ${(cause as Error).message}`, { cause })
  }
}

/** @throws CliError when the run that is named has ended */
const findReceivers = async (store: Store, { first, match }: SignalArguments): Promise<RunRecord[]> => {
  if (match !== undefined) return matchRuns(store, match, { statusOf: toShownStatus })
  const run = await findRun(store, first)
  if (run.status === 'running') return [run]
  throw new CliError(`run ${run.id} is over: it is ${run.status}`, { exitCode: EXIT.failed })
}

const report = (
  { stdout, stderr }: Context,
  { json = false }: SignalArguments,
  { event, end, runs }: { event: string; end: SignalEnd; runs: readonly RunRecord[] },
): void => {
  const { id, reached, passed } = end
  if (json) {
    stdout.write(`${JSON.stringify({ event, id, reached, repeated: passed }, null, 2)}\n`)
    return
  }
  const before = passed.length === 0 ? '' : `, ${count(passed.length)} had it before`
  stderr.write(`${toOneLine(event)} reached ${count(reached.length)}${before}\n`)
  const free = runs.filter((run) => reached.includes(run.id) && isFree(run))
  if (free.length > 0)
    stderr.write(
      `  ${stderr.paint.cyan('hint:')} nobody has ${free.length === 1 ? 'it' : `${free.length} of them`} in hand: troupe serve goes on with such runs\n`,
    )
}

const count = (runs: number): string => `${runs} run${runs === 1 ? '' : 's'}`
