/** Renders an open approval as text, with the commands that decide it. */

import { formatDuration } from '../../core/duration.ts'
import type { JsonObject } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { toApprovalId } from '../../service/control/approval-id.ts'
import type { OpenApproval } from '../../store/approval-record.ts'
import { describeFields } from '../input/describe-schema.ts'
import type { Paint } from '../paint.ts'
import { toOneLine, toPrintable } from '../printable.ts'

/** `anyone`, `ann or bob`. */
export const describeDeciders = (by: readonly string[] | null): string =>
  by === null ? 'anyone' : toOneLine(by.join(' or '))

/** `4m left`, `overdue`; empty without a deadline. */
export const describeDue = (dueAt: number | null, now = Date.now()): string =>
  dueAt === null ? '' : dueAt <= now ? 'overdue' : `${formatDuration(dueAt - now)} left`

/** `troupe approvals approve 3f9c2b1a`. */
const toDecideCommand = (approval: OpenApproval): string => `troupe approvals approve ${toApprovalId(approval)}`

/** Renders all that a person needs for the decision. */
export const renderApproval = (approval: OpenApproval, paint: Paint): string[] => {
  const { runId, workflow, path, title, show, form, by, tool, dueAt } = approval
  const due = dueAt === null ? 'no deadline' : `${new Date(dueAt).toISOString()} (${describeDue(dueAt)})`
  const schema = form as unknown as JsonSchema | null
  return [
    paint.bold(toOneLine(title)),
    paint.dim(`${toApprovalId(approval)} · ${toOneLine(workflow)} · run ${runId} · ${path}`),
    '',
    ...(show === null ? [] : [...renderShown(show), '']),
    ...(tool === null ? [] : [`${paint.dim('tool')}      ${toOneLine(tool)}`]),
    `${paint.dim('decides')}   ${describeDeciders(by)}`,
    `${paint.dim('until')}     ${due}`,
    ...(schema === null ? [] : [`${paint.dim('form')}      ${describeFields(schema) ?? JSON.stringify(schema)}`]),
    '',
    `${toDecideCommand(approval)}${schema === null ? '' : ` ${exampleValues(schema)}`}`,
    `${toDecideCommand(approval).replace(' approve ', ' reject ')} --comment "…"`,
  ]
}

const renderShown = (show: OpenApproval['show']): string[] =>
  toPrintable(typeof show === 'string' ? show : JSON.stringify(show, null, 2))
    .split('\n')
    .map((line) => `  ${line}`)

const exampleValues = ({ properties = {} }: JsonSchema): string => {
  const names = Object.keys(properties as JsonObject)
  return names.length === 0 ? "--values '…'" : names.map((name) => `--values ${name}=…`).join(' ')
}
