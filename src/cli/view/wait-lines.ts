/** Lines for the questions and events that a run in this process waits for, with the commands that answer. */
import type { Run } from '../../runtime/run.ts'
import { type AnsweredWait, listAnswered, type RunWait } from '../../service/control/run-waits.ts'
import { toOneLine } from '../printable.ts'
import { explainError } from '../report-error.ts'
import { explainWait } from '../run-waits-text.ts'

/** Most waits that are read: there may be one for each of 100,000 items. */
const MOST_WAITS = 50

/** Waits of the run and the known waits of its child runs. Pauses are left out, because they end by themselves. */
export const listShownWaits = (run: Run, ofChildren: readonly RunWait[] = []): AnsweredWait[] => [
  ...listAnswered(run.state, run.id, MOST_WAITS),
  ...ofChildren.filter((wait) => wait.kind !== 'time'),
]

/** `ask: waits for ann or bob: Send it? (1h left)` and `decide: troupe approvals approve 3f9c2b1a`. */
export const toWaitLines = (wait: AnsweredWait): [text: string, command: string] => {
  const { text, command = '' } = explainWait(wait)
  return [text, `${wait.kind === 'approval' ? 'decide' : 'send'}: ${command}`]
}

/** Key that differs between two waits of the same step. */
export const keyOfWait = (wait: AnsweredWait): string =>
  wait.kind === 'approval' ? wait.id : `${wait.run} ${wait.path} ${wait.event} ${wait.dueAt}`

/** Explains why a run is held. Undefined: it is no longer held. */
export const describeHeld = (cause: unknown): string =>
  cause === undefined
    ? 'the database can be written again: the run goes on'
    : `held: the database can't be written: ${toOneLine(explainError(cause).message)}; nothing is lost, it is tried again each second`
