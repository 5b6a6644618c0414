/** `troupe approvals list`, `show` and `link`: open approvals of runs. */

import { type ShownApproval, toApprovalJson } from '../../../service/views/approval-json.ts'
import type { Context } from '../../context.ts'
import { withDesk } from '../../open-desk.ts'
import { readCount } from '../../option-values.ts'
import { writeHint, writeJson, writeLines, writeTable } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'
import { describeDeciders, describeDue, renderApproval } from '../../run-waits-text.ts'
import type { Column } from '../../table.ts'

export interface ListApprovalsArguments {
  run?: string
  workflow?: string
  limit?: string
  json?: boolean
}

export const listApprovals = async (context: Context, options: ListApprovalsArguments): Promise<void> => {
  const { json = false } = options
  const limit = readCount('--limit', options.limit)
  return withDesk(context, { json }, async (desk) => {
    const open = (await desk.list(options)).slice(0, limit)
    if (json) writeJson(context, open.map(toApprovalJson))
    else if (open.length === 0) context.stderr.write('nothing is asked\n')
    else {
      const { stdout, stderr } = context
      writeTable(stdout, open, createColumns(stdout.paint))
      if (stdout.isTerminal)
        stderr.write(`\n${stderr.paint.cyan('hint:')} troupe approvals show ID, approve ID, reject ID\n`)
    }
  })
}

const createColumns = (paint: Paint): Column<ShownApproval>[] => [
  { title: 'id', text: ({ id }) => id },
  { title: 'title', least: 20, text: ({ title }) => toOneLine(title), paint: (text) => paint.bold(text) },
  { title: 'decides', least: 10, text: describeDeciders },
  { title: 'due', text: ({ dueAt }) => describeDue(dueAt) },
  { title: 'workflow', text: ({ workflow }) => toOneLine(workflow) },
  { title: 'run', text: ({ runId }) => runId },
  { title: 'path', text: ({ path }) => path },
]

export interface ApprovalArguments {
  approval: string
  path?: string
  json?: boolean
}

export const showApproval = (context: Context, options: ApprovalArguments): Promise<void> =>
  withDesk(context, undefined, async (desk) => {
    const { approval } = await desk.find(options)
    if (options.json === true) writeJson(context, toApprovalJson(approval))
    else writeLines(context.stdout, renderApproval(approval, context.stdout.paint))
  })

export const linkApproval = (context: Context, options: ApprovalArguments): Promise<void> =>
  withDesk(context, undefined, async (desk) => {
    const link = await desk.link(options)
    if (options.json === true) writeJson(context, link)
    else {
      context.stdout.write(`${link.token}\n`)
      const deadline = link.due_at === null ? '' : `, until ${link.due_at}`
      context.stderr.write(`its bearer may decide once${deadline}: ${toOneLine(link.title)}\n`)
      writeHint(context, 'troupe approvals approve --token TOKEN')
    }
  })
