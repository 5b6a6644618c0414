/** `troupe signal`: sends an event to one run, or to every run that matches a condition. */

import { createKnownVault } from '../../../app/project/known-vault.ts'
import { countOf } from '../../../core/count.ts'
import type { JsonValue } from '../../../core/json.ts'
import { matchRuns } from '../../../service/control/match-runs.ts'
import { type SignalResult, sendSignal } from '../../../service/control/send-signal.ts'
import { isFree, toShownStatus } from '../../../service/views/shown-status.ts'
import type { RunRecord, Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { expectJson, readInput } from '../../input.ts'
import { findRun, withRuns } from '../../open-runs.ts'
import { writeHint, writeJson } from '../../output.ts'
import { toOneLine } from '../../printable.ts'

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

/** The exit code is 1 if the named run has ended. */
export const signal = async (context: Context, options: SignalArguments): Promise<void> => {
  const event = readEvent(options)
  const data = await readData(options.data ?? [], context)
  return withRuns(context, async ({ store, project }) => {
    const runs = await findReceivers(store, options)
    const vault = createKnownVault(project, context.environment)
    const end = await sendSignal(store, runs, { event, data, id: options.id, vault })
    report(context, options, { event, end, runs })
  })
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
  // A value that is no object is accepted too: an event may carry any JSON.
  if (texts.length === 1 && /^\s*(\[|"|-?\d|true\b|false\b|null\b)/.test(only))
    return expectJson(only, { what: '--data' })
  return readInput(texts, { schema: undefined, context, option: '--data' })
}

/** @throws CliError if the named run has ended */
const findReceivers = async (store: Store, { first, match }: SignalArguments): Promise<RunRecord[]> => {
  if (match !== undefined) return matchRuns(store, match, { statusOf: toShownStatus })
  const run = await findRun(store, first)
  if (run.status === 'running') return [run]
  throw new CliError(`run ${run.id} is over: it is ${run.status}`, { exitCode: EXIT.failed })
}

const report = (
  context: Context,
  { json = false }: SignalArguments,
  { event, end, runs }: { event: string; end: SignalResult; runs: readonly RunRecord[] },
): void => {
  const { id, reached, passed } = end
  if (json) {
    writeJson(context, { event, id, reached, repeated: passed })
    return
  }
  const before = passed.length === 0 ? '' : `, ${countOf(passed.length, 'run')} had it before`
  context.stderr.write(`${toOneLine(event)} reached ${countOf(reached.length, 'run')}${before}\n`)
  const free = runs.filter((run) => reached.includes(run.id) && isFree(run)).length
  if (free > 0)
    writeHint(context, `no process holds ${free === 1 ? 'it' : `${free} of them`}: troupe serve continues such runs`)
}
