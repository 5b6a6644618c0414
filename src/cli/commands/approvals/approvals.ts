/** `troupe approvals`: what runs ask people, and their answers. */

import { toApprovalId } from '../../../service/control/approval-id.ts'
import { createLink } from '../../../service/control/approval-link.ts'
import { findApproval, listFamilyApprovals } from '../../../service/control/open-approvals.ts'
import type { OpenApproval } from '../../../store/approval-record.ts'
import type { Store } from '../../../store/store.ts'
import { toApprovalJson } from '../../approvals/approval-json.ts'
import { describeDeciders, describeDue, renderApproval } from '../../approvals/approval-text.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { findRun } from '../../find-run.ts'
import { openProject } from '../../open-project.ts'
import { openRuns, openRunsIfThere, shownDatabase } from '../../open-runs.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'
import { readCount } from '../../read-count.ts'
import { type Column, renderTable } from '../../table.ts'

export interface ListApprovalsArguments {
  run?: string
  workflow?: string
  limit?: string
  json?: boolean
}

/** `troupe approvals list`; the exit code. */
export const listApprovals = async (context: Context, options: ListApprovalsArguments): Promise<number> => {
  const { stdout, stderr } = context
  const limit = readCount('--limit', options.limit)
  const store = await openRunsIfThere(context)
  if (store === undefined) {
    if (options.json === true) stdout.write('[]\n')
    else stderr.write(`no runs yet in ${shownDatabase(await openProject(context), context)}\n`)
    return EXIT.completed
  }
  try {
    const open = (await findOpen(store, options)).slice(0, limit)
    if (options.json === true) stdout.write(`${JSON.stringify(open.map(toApprovalJson), null, 2)}\n`)
    else if (open.length === 0) stderr.write('nothing is asked\n')
    else writeTable(open, context)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

const findOpen = async (store: Store, { run, workflow }: ListApprovalsArguments): Promise<OpenApproval[]> => {
  if (run === undefined) return store.listApprovals(workflow === undefined ? {} : { workflow })
  const open = await listFamilyApprovals(store, (await findRun(store, run)).id)
  return workflow === undefined ? open : open.filter((approval) => approval.workflow === workflow)
}

const writeTable = (open: readonly OpenApproval[], { stdout, stderr }: Context): void => {
  const { paint, isTerminal } = stdout
  const width = isTerminal ? stdout.columns() : Number.POSITIVE_INFINITY
  for (const line of renderTable(open, { columns: createColumns(paint), width, paint })) stdout.write(`${line}\n`)
  if (isTerminal) stderr.write(`\n${stderr.paint.cyan('hint:')} troupe approvals show ID, approve ID, reject ID\n`)
}

const createColumns = (paint: Paint): Column<OpenApproval>[] => [
  { title: 'id', text: toApprovalId },
  { title: 'title', text: ({ title }) => toOneLine(title), paint: (text) => paint.bold(text) },
  { title: 'decides', text: ({ by }) => describeDeciders(by) },
  { title: 'due', text: ({ dueAt }) => describeDue(dueAt) },
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'run', text: ({ runId }) => runId },
  { title: 'path', text: ({ path }) => path },
]

export interface ApprovalArguments {
  /** The id of an approval or the beginning of one, or a run. */
  approval: string
  path?: string
  json?: boolean
}

/** `troupe approvals show`; the exit code. */
export const showApproval = async (context: Context, options: ApprovalArguments): Promise<number> => {
  const { store } = await openRuns(context)
  try {
    const approval = await expectApproval(store, options)
    const { stdout } = context
    if (options.json === true) stdout.write(`${JSON.stringify(toApprovalJson(approval), null, 2)}\n`)
    else stdout.write(`${renderApproval(approval, stdout.paint).join('\n')}\n`)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

/** `troupe approvals link`; the exit code. */
export const linkApproval = async (context: Context, options: ApprovalArguments): Promise<number> => {
  const { store } = await openRuns(context)
  try {
    const approval = await expectApproval(store, options)
    const { token, dueAt } = await createLink(store, approval)
    const { stdout, stderr } = context
    const until = dueAt === null ? null : new Date(dueAt).toISOString()
    const { id, run, path, title } = toApprovalJson(approval)
    if (options.json === true)
      stdout.write(`${JSON.stringify({ token, approval: id, run, path, title, due_at: until }, null, 2)}\n`)
    else {
      stdout.write(`${token}\n`)
      stderr.write(
        `whoever has it may decide once${until === null ? '' : `, until ${until}`}: ${toOneLine(approval.title)}\n`,
      )
      stderr.write(`  ${stderr.paint.cyan('hint:')} troupe approvals approve --token TOKEN\n`)
    }
    return EXIT.completed
  } finally {
    await store.close()
  }
}

/** @throws Fault `not_found`, CliError for `last` without runs */
export const expectApproval = async (store: Store, { approval, path }: ApprovalArguments): Promise<OpenApproval> => {
  const first = approval === 'last' ? (await findRun(store, approval)).id : approval
  return findApproval(store, { first, path })
}
