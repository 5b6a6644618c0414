/** `troupe failed`: what failed and waits for somebody to deal with it, by what it has in common. */
import { type FailedGroup, groupFailed, listFailed } from '../../../service/history/failed-runs.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { type FailedArguments, readFailedQuery } from '../../failed-query.ts'
import { openProject } from '../../open-project.ts'
import { openRunsIfThere, shownDatabase } from '../../open-runs.ts'
import { toOneLine } from '../../printable.ts'
import { formatTime } from '../../run-time.ts'
import { type Column, renderTable } from '../../table.ts'

export interface FailedOptions extends FailedArguments {
  all?: boolean
  json?: boolean
}

/** The exit code. */
export const failed = async (context: Context, options: FailedOptions): Promise<number> => {
  const query = { ...readFailedQuery(options), withHandled: options.all ?? false }
  const store = await openRunsIfThere(context)
  try {
    const groups = store === undefined ? [] : groupFailed(await listFailed(store, query))
    if (options.json === true) context.stdout.write(`${JSON.stringify(groups.map(toJson), null, 2)}\n`)
    else if (groups.length > 0) report(groups, context)
    else if (store !== undefined) context.stderr.write('nothing failed that was not dealt with\n')
    else context.stderr.write(`no runs yet in ${shownDatabase(await openProject(context), context)}\n`)
    return EXIT.completed
  } finally {
    await store?.close()
  }
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
      ended_at: newest.endedAt === null ? null : new Date(newest.endedAt).toISOString(),
      message: newest.error?.message ?? null,
    },
    rerun: toCommand(group),
  }
}

const COLUMNS: readonly Column<FailedGroup>[] = [
  { title: 'runs', align: 'right', text: ({ count }) => String(count) },
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'fault', text: ({ code }) => code },
  { title: 'step', text: ({ step }) => step ?? '' },
  { title: 'last', text: ({ newest }) => formatTime(newest.endedAt ?? newest.createdAt) },
  { title: 'newest', text: ({ newest }) => newest.id },
]

const report = (groups: readonly FailedGroup[], { stdout }: Context): void => {
  const { paint, isTerminal } = stdout
  const width = isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  for (const line of renderTable(groups, { columns: COLUMNS, width, paint })) stdout.write(`${line}\n`)
  stdout.write('\n')
  for (const group of groups) {
    stdout.write(`${paint.red(group.code)} ${toOneLine(group.newest.error?.message ?? group.newest.status)}\n`)
    stdout.write(`  ${toCommand(group)}\n`)
  }
}

/** What begins the runs of a group anew. */
const toCommand = ({ workflow, code, step, newest }: FailedGroup): string =>
  [
    'troupe rerun',
    ...(newest.status === 'cancelled' ? ['--status cancelled'] : [`--fault ${quote(code)}`]),
    `--workflow ${quote(workflow)}`,
    ...(step === null ? [] : [`--step ${quote(step)}`]),
  ].join(' ')

const quote = (text: string): string => (/^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
