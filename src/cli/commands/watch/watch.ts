/** `troupe watch`: follows a run that other processes perform, from its first row to its end. */
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { withReader } from '../../open-reader.ts'
import type { OutputOptions } from '../../run-output.ts'
import { watchRun } from '../../watch-run.ts'

export const watch = async (context: Context, options: OutputOptions & { run: string }): Promise<number> => {
  let exitCode: number = EXIT.completed
  await withReader(context, undefined, async (reader) => {
    exitCode = await watchRun(context, options, { reader, run: options.run, writesRows: true })
  })
  return exitCode
}
