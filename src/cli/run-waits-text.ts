/** Renders the open waits of a run as text and for `--json`. */
import type { RunWait } from '../service/control/run-waits.ts'
import { describeDeciders, describeDue } from './approvals/approval-text.ts'
import { toTime } from './figures.ts'
import { toOneLine } from './printable.ts'
import { formatTime } from './run-time.ts'

/** `ann: Send it?`, `the event paid`, `12:30:00`. */
const describeWait = (wait: RunWait): string => {
  switch (wait.kind) {
    case 'approval':
      return `${describeDeciders(wait.by)}: ${toOneLine(wait.title)}`
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
  if (wait.kind === 'approval') return `troupe approvals approve ${wait.id}`
  return wait.kind === 'event' ? `troupe signal ${wait.run} ${toOneLine(wait.event)}` : undefined
}

export const toWaitJson = ({ dueAt, ...wait }: RunWait): Record<string, unknown> => ({
  ...wait,
  due_at: toTime(dueAt),
})
