/** Tells of a run that was submitted. */
import { BAD_ENDS } from '../../../store/store.ts'
import { hintAtStart } from '../../begin-copy.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { describeOrigin } from '../../origin-text.ts'
import { writeHint, writeJson } from '../../output.ts'
import type { SubmitArguments, SubmittedRun } from './submit-arguments.ts'

/** Before `--wait` shows the run. */
export const announce = (context: Context, { json, quiet }: SubmitArguments, shown: SubmittedRun): void => {
  if (json !== true && quiet !== true) context.stderr.write(`${describe(shown)}\n`)
}

/** @param isLocal The run may be started here too. Returns the exit code. */
export const report = (
  context: Context,
  options: SubmitArguments,
  { shown, isLocal }: { shown: SubmittedRun; isLocal: boolean },
): number => {
  if (options.json === true) writeJson(context, shown)
  else context.stdout.write(`${shown.run}\n`)
  announce(context, options, shown)
  if (options.json !== true && options.quiet !== true) {
    if (shown.status === 'queued' && isLocal) hintAtStart(context, shown.run)
    hintAtAgain(context, shown)
  }
  return EXIT.completed
}

const describe = ({ run, status, is_new: isNew, again_after: before }: SubmittedRun): string => {
  if (!isNew) return `run ${run} was submitted with this key before: it is ${status}`
  return `run ${run} is queued${before === null ? '' : `, ${describeOrigin({ kind: 'again', of: before })}`}`
}

const hintAtAgain = (context: Context, { status, is_new: isNew }: SubmittedRun): void => {
  if (!isNew && BAD_ENDS.some((end) => end === status))
    writeHint(context, `to run it again under the same key: --again-if ${status}`)
}
