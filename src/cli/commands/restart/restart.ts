/** `troupe restart`: a new run with the definition and the input of an old one. */
import { beginCopy, type CopyOptions } from '../../begin-copy.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { readChangedInput } from '../../input/changed-input.ts'
import { openRuns } from '../../open-runs.ts'
import { openPastRun, type PastRun } from '../../past-run.ts'
import { toShownStatus } from '../../run-holder.ts'
import { writeRefusal } from '../../run-output.ts'

export interface RestartArguments extends CopyOptions {
  run: string
  input?: string[]
}

/** The exit code. */
export const restart = async (context: Context, options: RestartArguments): Promise<number> => {
  const opened = await openRuns(context)
  try {
    const past = await openPastRun(context, opened, options.run)
    expectEnded(past)
    const { record, stored, created } = past
    const input =
      options.input === undefined ? created.input : await readChangedInput(past, { texts: options.input, context })
    return await beginCopy(context, options, {
      opened,
      stored,
      start: { input, models: created.models, origin: { kind: 'restart', of: record.id } },
    })
  } catch (thrown) {
    return writeRefusal(context, options, thrown)
  } finally {
    await opened.store.close()
  }
}

/** Two of them at once is rarely what is meant. */
const expectEnded = ({ record }: PastRun): void => {
  if (record.status !== 'running') return
  throw new CliError(`run ${record.id} has not ended: it is ${toShownStatus(record)}`, {
    hint: `go on with it: troupe resume ${record.id}, or end it first: troupe cancel ${record.id}`,
    exitCode: EXIT.failed,
  })
}
