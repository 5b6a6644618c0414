/** `troupe failed`: groups failed runs that are not handled yet by workflow, fault and step, and failed slots by schedule and fault. */

import { type FailedEntry, listFailedInbox } from '../../../service/history/failed-inbox.ts'
import { toFailedEntryJson } from '../../../service/views/failed-json.ts'
import { toTime } from '../../../service/views/time.ts'
import type { Context } from '../../context.ts'
import { formatTime } from '../../figures.ts'
import { withRunsIfThere } from '../../open-runs.ts'
import { type FailedArguments, readFailedQuery } from '../../option-values.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine, toPrintable } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'
import { quoteWord } from '../../shell-text.ts'
import { type Column, right } from '../../table.ts'

export const failed = async (
  context: Context,
  options: FailedArguments & { all?: boolean; json?: boolean },
): Promise<void> => {
  const { json = false, all = false } = options
  const query = { ...readFailedQuery(options), withHandled: all }
  const show = (listed: readonly FailedEntry[]): void => {
    if (json) writeJson(context, listed.map(toJson))
    else if (listed.length > 0) report(listed, context)
    else context.stderr.write('no failed run is left to handle\n')
  }
  const client = findServer(context)
  if (client !== undefined)
    return show(await (await import('../../remote/remote-reports.ts')).readFailedInbox(client, query))
  return withRunsIfThere(context, { json }, async (store) => show(await listFailedInbox(store, query)))
}

/** The same workflow would fail again with these. */
const FAULTS_OF_WORKFLOW: ReadonlySet<string> = new Set(['invalid_input', 'expression_failed', 'not_found'])

interface Commands {
  /** Step that comes before the command. */
  first?: string
  rerun: string
  /** Null for runs: they leave the list when they are rerun. */
  dismiss: string | null
}

const toCommands = (entry: FailedEntry): Commands => {
  const { schedule, code } = entry
  if (schedule === null) return { rerun: toRerun(entry), dismiss: null }
  const which = `${quoteWord(schedule)} --fault ${quoteWord(code)}`
  return {
    ...(FAULTS_OF_WORKFLOW.has(code) && { first: 'correct the workflow, then: troupe workflows apply FILE' }),
    rerun: `troupe schedules retry ${which}`,
    dismiss: `troupe schedules dismiss ${which}`,
  }
}

const toJson = (entry: FailedEntry) => {
  const { rerun, dismiss } = toCommands(entry)
  return { ...toFailedEntryJson(entry), rerun, dismiss }
}

const COLUMNS: readonly Column<FailedEntry>[] = [
  right('runs', ({ count }) => String(count)),
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'fault', text: ({ code }) => code },
  { title: 'step', text: ({ step, schedule }) => step ?? (schedule === null ? '' : `schedule ${toOneLine(schedule)}`) },
  { title: 'last', text: ({ newest }) => formatTime(newest.at) },
  { title: 'newest', text: ({ newest }) => newest.run ?? (newest.slot === null ? '' : `slot ${toTime(newest.slot)}`) },
]

const report = (groups: readonly FailedEntry[], { stdout }: Context): void => {
  writeTable(stdout, groups, COLUMNS)
  stdout.write('\n')
  for (const group of groups) {
    const { code, newest } = group
    const { first, rerun, dismiss } = toCommands(group)
    const [message = '', ...more] = (newest.message ?? code).split('\n')
    stdout.write(`${stdout.paint.red(code)} ${toOneLine(message)}\n`)
    const lines =
      newest.slot === null
        ? [rerun]
        : [...more, ...(first === undefined ? [] : [first]), rerun, `or, to forget them: ${dismiss}`]
    for (const line of lines) stdout.write(`  ${toPrintable(line)}\n`)
  }
}

/** The command that reruns a group. */
const toRerun = ({ workflow, code, step }: FailedEntry): string =>
  [
    `troupe rerun --fault ${quoteWord(code)} --workflow ${quoteWord(workflow)}`,
    ...(step === null ? [] : [`--step ${quoteWord(step)}`]),
  ].join(' ')
