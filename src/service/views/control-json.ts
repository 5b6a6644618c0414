/** The JSON of what was asked of a run, as the command line prints it and the HTTP interface answers it. */
import type { CancelEnd } from '../control/cancel-run.ts'
import type { PauseEnd } from '../control/pause-run.ts'
import type { SignalResult } from '../control/send-signal.ts'
import { toShownStatus } from './shown-status.ts'

/** `was_over`: the run had ended before. `finally` is there if it broke off. */
export const toCancelledJson = (
  { run, unsure, undone, finally: broken, goesOn }: Omit<CancelEnd, 'isFinishing'>,
  { wasOver }: { wasOver: boolean },
) => ({
  run: run.id,
  status: toShownStatus(run),
  was_over: wasOver,
  unsure,
  undone,
  ...(broken && { finally: broken }),
  goes_on: goesOn.map(({ id }) => id),
})

export const toPausedJson = ({ run, isDone }: PauseEnd) => ({
  run: run.id,
  status: toShownStatus(run),
  done: isDone,
})

export const toSignalledJson = (event: string, { id, reached, passed }: SignalResult) => ({
  event,
  id,
  reached,
  repeated: passed,
})
