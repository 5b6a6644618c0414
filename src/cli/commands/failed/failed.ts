/** `troupe failed`: groups failed runs that are not handled yet by workflow, fault and step. */
import { type FailedGroup, groupFailed, listFailed } from '../../../service/history/failed-runs.ts'
import type { Context } from '../../context.ts'
import { formatTime, toTime } from '../../figures.ts'
import { withRunsIfThere } from '../../open-runs.ts'
import { type FailedArguments, readFailedQuery } from '../../option-values.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { type Column, right } from '../../table.ts'

export const failed = async (
  context: Context,
  options: FailedArguments & { all?: boolean; json?: boolean },
): Promise<void> => {
  const { json = false, all = false } = options
  const query = { ...readFailedQuery(options), withHandled: all }
  return withRunsIfThere(context, { json }, async (store) => {
    const groups = groupFailed(await listFailed(store, query))
    if (json) writeJson(context, groups.map(toJson))
    else if (groups.length > 0) report(groups, context)
    else context.stderr.write('no failed run is left to handle\n')
  })
}

const toJson = (group: FailedGroup) => {
  const { workflow, code, step, count, newest } = group
  return {
    workflow,
    fault: code,
    step,
    count,
    newest: {
      run: newest.id,
      ended_at: toTime(newest.endedAt),
      message: newest.error?.message ?? null,
    },
    rerun: toCommand(group),
  }
}

const COLUMNS: readonly Column<FailedGroup>[] = [
  right('runs', ({ count }) => String(count)),
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'fault', text: ({ code }) => code },
  { title: 'step', text: ({ step }) => step ?? '' },
  { title: 'last', text: ({ newest }) => formatTime(newest.endedAt ?? newest.createdAt) },
  { title: 'newest', text: ({ newest }) => newest.id },
]

const report = (groups: readonly FailedGroup[], { stdout }: Context): void => {
  writeTable(stdout, groups, COLUMNS)
  stdout.write('\n')
  for (const group of groups) {
    stdout.write(`${stdout.paint.red(group.code)} ${toOneLine(group.newest.error?.message ?? group.newest.status)}\n`)
    stdout.write(`  ${toCommand(group)}\n`)
  }
}

/** The command that reruns a group. */
const toCommand = ({ workflow, code, step, newest }: FailedGroup): string =>
  [
    'troupe rerun',
    ...(newest.status === 'cancelled' ? ['--status cancelled'] : [`--fault ${quote(code)}`]),
    `--workflow ${quote(workflow)}`,
    ...(step === null ? [] : [`--step ${quote(step)}`]),
  ].join(' ')

const quote = (text: string): string => (/^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
