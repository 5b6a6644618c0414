/** `troupe restart`: starts a new run with the definition and the input of an old one. */
import { isFault } from '../../../core/fault.ts'
import { expectEnded, planRestart } from '../../../service/control/copy-run.ts'
import { beginCopy, type CopyOptions } from '../../begin-copy.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { readChangedInput } from '../../input.ts'
import { withRuns } from '../../open-runs.ts'
import { openPastRun } from '../../past-run.ts'
import { orRefuse } from '../../run-output.ts'

export const restart = (context: Context, options: CopyOptions & { run: string; input?: string[] }): Promise<number> =>
  withRuns(context, (opened) =>
    orRefuse(context, options, async () => {
      const past = await openPastRun(context, opened, options.run)
      orFail(() => expectEnded(past))
      const input = options.input && (await readChangedInput(past, { texts: options.input, context }))
      return await beginCopy(context, options, { opened, copy: planRestart(past, { input }) })
    }),
  )

/** A run that has not ended is no wrong argument: the exit code is that of a failed command. */
const orFail = (expect: () => void): void => {
  try {
    expect()
  } catch (cause) {
    if (!isFault(cause)) throw cause
    const [message = '', hint] = cause.message.split('\n')
    throw new CliError(message, { hint, exitCode: EXIT.failed, cause })
  }
}
