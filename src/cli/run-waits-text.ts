/** Renders open waits and approvals as text, with the commands that end them; waits for `--json` too, and holds of a run. */

import { formatDuration } from '../core/duration.ts'
import { isJsonObject } from '../core/json.ts'
import type { JsonSchema } from '../core/json-schema.ts'
import type { Run } from '../runtime/run.ts'
import { type ApprovalProgress, describeAsked, describeGiven } from '../runtime/waits/approval-progress.ts'
import { type AnsweredWait, listAnswered, type RunWait } from '../service/control/run-waits.ts'
import type { ShownApproval } from '../service/views/approval-json.ts'
import { toApproveCommand, toRejectCommand } from './decide-command.ts'
import { formatTime } from './figures.ts'
import { describeFields } from './input-schema.ts'
import type { Paint } from './paint.ts'
import { toOneLine, toPrintable } from './printable.ts'
import { explainError } from './report-error.ts'

/** `ann: Send it?`, `the event paid`, `12:30:00`. */
const describeWait = (wait: RunWait): string => {
  switch (wait.kind) {
    case 'approval':
      return `${describeDeciders(wait)}: ${toOneLine(wait.title)}`
    case 'event':
      return `the event ${toOneLine(wait.event)}`
    case 'time':
      return formatTime(wait.dueAt)
  }
}

/** The first wait and the number of the others; empty without waits. */
export const describeWaits = ([first, ...rest]: readonly RunWait[]): string =>
  first === undefined ? '' : `${describeWait(first)}${rest.length === 0 ? '' : `, and ${rest.length} more`}`

/** A wait on a line of its own: with its path, its deadline, and the command that ends it. */
export const explainWait = (wait: RunWait): { text: string; command: string | undefined } => {
  const due = wait.dueAt === null ? '' : ` (${describeDue(wait.dueAt)})`
  return { text: `${wait.path}: waits for ${describeWait(wait)}${due}`, command: toCommand(wait) }
}

const toCommand = (wait: RunWait): string | undefined => {
  if (wait.kind === 'approval') return toApproveCommand(wait)
  return wait.kind === 'event' ? `troupe signal ${wait.run} ${toOneLine(wait.event)}` : undefined
}

/** `anyone`, `ann or bob`, `2 of ann, bob, carol`, `bob or carol (1 of 2: ann)`. */
export const describeDeciders = (approval: ApprovalProgress): string => {
  const given = describeGiven(approval)
  return toOneLine(`${describeAsked(approval)}${given === '' ? '' : ` (${given})`}`)
}

/** `4m left`, `overdue`; empty without a deadline. */
export const describeDue = (dueAt: number | null, now = Date.now()): string =>
  dueAt === null ? '' : dueAt <= now ? 'overdue' : `${formatDuration(dueAt - now)} left`

/** Renders all that a person needs for the decision. */
export const renderApproval = (approval: ShownApproval, paint: Paint): string[] => {
  const { runId, workflow, path, title, show, form, tool, dueAt } = approval
  const due = dueAt === null ? 'no deadline' : `${new Date(dueAt).toISOString()} (${describeDue(dueAt)})`
  const schema: JsonSchema | null = isJsonObject(form) ? form : null
  const named = { ...approval, form: schema }
  return [
    paint.bold(toOneLine(title)),
    paint.dim(`${named.id} · ${toOneLine(workflow)} · run ${runId} · ${path}`),
    '',
    ...(show === null ? [] : [...renderShown(show), '']),
    ...(tool === null ? [] : [`${paint.dim('tool')}      ${toOneLine(tool)}`]),
    `${paint.dim('decides')}   ${toOneLine(describeAsked(approval))}`,
    ...renderGiven(approval, paint),
    `${paint.dim('until')}     ${due}`,
    ...(schema === null ? [] : [`${paint.dim('form')}      ${describeFields(schema) ?? JSON.stringify(schema)}`]),
    '',
    toApproveCommand(named),
    toRejectCommand(named),
  ]
}

const renderGiven = ({ count, decisions }: ShownApproval, paint: Paint): string[] =>
  decisions.map(({ by, at, values }, index) => {
    const filled = values === null ? '' : `: ${toOneLine(JSON.stringify(values))}`
    return `${paint.dim('approved')}  ${index + 1} of ${count}, ${toOneLine(by)} at ${at}${filled}`
  })

const renderShown = (show: ShownApproval['show']): string[] =>
  toPrintable(typeof show === 'string' ? show : JSON.stringify(show, null, 2))
    .split('\n')
    .map((line) => `  ${line}`)

/** Most waits that are read: there may be one for each of 100,000 items. */
const MOST_WAITS = 50

/** Waits of the run and the known waits of its child runs. Pauses are left out, because they end by themselves. */
export const listShownWaits = (run: Pick<Run, 'id' | 'state'>, ofChildren: readonly RunWait[] = []): AnsweredWait[] => [
  ...listAnswered(run.state, run.id, MOST_WAITS),
  ...ofChildren.filter((wait) => wait.kind !== 'time'),
]

/** `ask: waits for ann or bob: Send it? (1h left)` and `decide: troupe approvals approve 3f9c2b1a --by ann`. */
export const toWaitLines = (wait: AnsweredWait): [text: string, command: string] => {
  const { text, command = '' } = explainWait(wait)
  return [text, `${wait.kind === 'approval' ? 'decide' : 'send'}: ${command}`]
}

/** Key that differs between two waits of the same step, and grows with each approval of several. */
export const keyOfWait = (wait: AnsweredWait): string =>
  wait.kind === 'approval'
    ? `${wait.id} ${wait.decisions.length}`
    : `${wait.run} ${wait.path} ${wait.event} ${wait.dueAt}`

/** Explains why a run is held. Undefined: it is no longer held. */
export const describeHeld = (cause: unknown): string =>
  cause === undefined
    ? 'the database can be written again: the run goes on'
    : `held: the database can't be written: ${toOneLine(explainError(cause).message)}; nothing is lost, it is tried again each second`
