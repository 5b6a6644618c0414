/** `troupe failed`: groups failed runs that are not handled yet by workflow, fault and step, and failed slots by schedule and fault. */

import { type FailedGroup, groupFailed, listFailed } from '../../../service/history/failed-runs.ts'
import { type FailedSlots, groupSlotFailures } from '../../../service/schedules/slot-failure.ts'
import { toTime } from '../../../service/views/time.ts'
import type { Store } from '../../../store/store.ts'
import type { Context } from '../../context.ts'
import { formatTime } from '../../figures.ts'
import { withRunsIfThere } from '../../open-runs.ts'
import { type FailedArguments, readFailedQuery } from '../../option-values.ts'
import { writeJson, writeTable } from '../../output.ts'
import { toOneLine, toPrintable } from '../../printable.ts'
import { quoteWord } from '../../shell-text.ts'
import { type Column, right } from '../../table.ts'

export const failed = async (
  context: Context,
  options: FailedArguments & { all?: boolean; json?: boolean },
): Promise<void> => {
  const { json = false, all = false } = options
  const query = { ...readFailedQuery(options), withHandled: all }
  return withRunsIfThere(context, { json }, async (store) => {
    const groups = groupFailed(await listFailed(store, query)).map(ofRuns)
    const listed = [...groups, ...(await listSlots(store, query)).map(ofSlots)]
    if (json) writeJson(context, listed.map(toJson))
    else if (listed.length > 0) report(listed, context)
    else context.stderr.write('no failed run is left to handle\n')
  })
}

const listSlots = async (
  store: Store,
  { workflow, since = 0 }: ReturnType<typeof readFailedQuery>,
): Promise<FailedSlots[]> => {
  const failures = await store.listSlotFailures()
  return groupSlotFailures(failures.filter((one) => one.at >= since && (workflow ?? one.workflow) === one.workflow))
}

/** Runs that failed in the same way, or slots of a schedule that failed before they had a run. */
interface Listed {
  workflow: string
  code: string
  /** Id; null: the run as a whole, or a slot. */
  step: string | null
  /** Id; null for runs. */
  schedule: string | null
  count: number
  newest: { run: string | null; slot: number | null; at: number; message: string | null }
  /** Step that comes before the command. */
  first?: string
  rerun: string
  dismiss: string | null
}

const ofRuns = (group: FailedGroup): Listed => {
  const { id: run, endedAt, createdAt, error } = group.newest
  return {
    ...group,
    schedule: null,
    newest: { run, slot: null, at: endedAt ?? createdAt, message: error?.message ?? null },
    rerun: toRerun(group),
    dismiss: null,
  }
}

/** The same workflow would fail again with these. */
const FAULTS_OF_WORKFLOW: ReadonlySet<string> = new Set(['invalid_input', 'expression_failed', 'not_found'])

const ofSlots = ({ workflow, schedule, code, count, newest }: FailedSlots): Listed => {
  const which = `${quoteWord(schedule)} --fault ${quoteWord(code)}`
  return {
    workflow,
    code,
    step: null,
    schedule,
    count,
    newest: { run: null, slot: newest.slot, at: newest.at, message: newest.message },
    ...(FAULTS_OF_WORKFLOW.has(code) ? { first: 'correct the workflow, then: troupe workflows apply FILE' } : {}),
    rerun: `troupe schedules retry ${which}`,
    dismiss: `troupe schedules dismiss ${which}`,
  }
}

const toJson = ({ workflow, code, step, schedule, count, newest, rerun, dismiss }: Listed) => ({
  workflow,
  fault: code,
  step,
  schedule,
  count,
  newest: {
    run: newest.run,
    slot: newest.slot === null ? null : toTime(newest.slot),
    ended_at: toTime(newest.at),
    message: newest.message,
  },
  rerun,
  dismiss,
})

const COLUMNS: readonly Column<Listed>[] = [
  right('runs', ({ count }) => String(count)),
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'fault', text: ({ code }) => code },
  { title: 'step', text: ({ step, schedule }) => step ?? (schedule === null ? '' : `schedule ${toOneLine(schedule)}`) },
  { title: 'last', text: ({ newest }) => formatTime(newest.at) },
  { title: 'newest', text: ({ newest }) => newest.run ?? (newest.slot === null ? '' : `slot ${toTime(newest.slot)}`) },
]

const report = (groups: readonly Listed[], { stdout }: Context): void => {
  writeTable(stdout, groups, COLUMNS)
  stdout.write('\n')
  for (const { code, newest, first, rerun, dismiss } of groups) {
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
const toRerun = ({ workflow, code, step, newest }: FailedGroup): string =>
  [
    'troupe rerun',
    ...(newest.status === 'cancelled' ? ['--status cancelled'] : [`--fault ${quoteWord(code)}`]),
    `--workflow ${quoteWord(workflow)}`,
    ...(step === null ? [] : [`--step ${quoteWord(step)}`]),
  ].join(' ')
