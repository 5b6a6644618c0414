/** `troupe signal`: sends an event to one run, or to every run that matches a condition. */

import { countOf } from '../../../core/count.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { SignalResult } from '../../../service/control/send-signal.ts'
import { toSignalledJson } from '../../../service/views/control-json.ts'
import { isFree } from '../../../service/views/shown-status.ts'
import type { RunRecord } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { expectJson, readInput } from '../../input.ts'
import { withControl } from '../../open-control.ts'
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
  const { first, match, id } = options
  return withControl(context, async (control) => {
    const { end, runs } = await control.signal(match === undefined ? { run: first } : { match }, { event, data, id })
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

const report = (
  context: Context,
  { json = false }: SignalArguments,
  { event, end, runs }: { event: string; end: SignalResult; runs: readonly RunRecord[] },
): void => {
  const { reached, passed } = end
  if (json) {
    writeJson(context, toSignalledJson(event, end))
    return
  }
  const before = passed.length === 0 ? '' : `, ${countOf(passed.length, 'run')} had it before`
  context.stderr.write(`${toOneLine(event)} reached ${countOf(reached.length, 'run')}${before}\n`)
  const free = runs.filter((run) => reached.includes(run.id) && isFree(run)).length
  if (free > 0)
    writeHint(context, `no process holds ${free === 1 ? 'it' : `${free} of them`}: troupe serve continues such runs`)
}
