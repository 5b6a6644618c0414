/** `troupe restart`: starts a new run with the definition and the input of an old one. */
import { isFault } from '../../../core/fault.ts'
import { expectEnded, planRestart } from '../../../service/control/copy-run.ts'
import { beginCopy, type CopyOptions, followCopy } from '../../begin-copy.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { readChangedInput, readInput } from '../../input.ts'
import { withRuns } from '../../open-runs.ts'
import { openPastRun } from '../../past-run.ts'
import { findServer, type ServerClient } from '../../remote/server-client.ts'
import { orRefuse } from '../../run-output.ts'

type RestartArguments = CopyOptions & { run: string; input?: string[] }

export const restart = async (context: Context, options: RestartArguments): Promise<number> => {
  const client = findServer(context)
  if (client !== undefined) return orRefuse(context, options, () => restartOn(client, { context, options }))
  return withRuns(context, (opened) =>
    orRefuse(context, options, async () => {
      const past = await openPastRun(context, opened, options.run)
      await orFail(async () => expectEnded(past))
      const input = options.input && (await readChangedInput(past, { texts: options.input, context }))
      return await beginCopy(context, options, { opened, copy: planRestart(past, { input }) })
    }),
  )
}

const restartOn = async (
  client: ServerClient,
  { context, options }: { context: Context; options: RestartArguments },
): Promise<number> => {
  const { run, input: texts } = options
  const input = texts && (await readInput(texts, { schema: undefined, context }))
  const { restartRemotely } = await import('../../remote/remote-copies.ts')
  const copied = await orFail(() => restartRemotely(client, { run, input }))
  return followCopy(context, options, { client, copied })
}

/** A run that has not ended is no wrong argument: the exit code is that of a failed command. */
const orFail = async <T>(act: () => Promise<T>): Promise<T> => {
  try {
    return await act()
  } catch (cause) {
    if (!isFault(cause) || cause.code !== 'conflict') throw cause
    const [message = '', hint] = cause.message.split('\n')
    throw new CliError(message, { hint, exitCode: EXIT.failed, cause })
  }
}
