/** `troupe restart`: starts a new run with the definition and the input of an old one. */

import { toShownStatus } from '../../../service/views/shown-status.ts'
import { beginCopy, type CopyOptions } from '../../begin-copy.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { readChangedInput } from '../../input.ts'
import { withRuns } from '../../open-runs.ts'
import { openPastRun, type PastRun } from '../../past-run.ts'
import { orRefuse } from '../../run-output.ts'

export const restart = (context: Context, options: CopyOptions & { run: string; input?: string[] }): Promise<number> =>
  withRuns(context, (opened) =>
    orRefuse(context, options, async () => {
      const past = await openPastRun(context, opened, options.run)
      expectEnded(past)
      const { record, stored, created } = past
      const input =
        options.input === undefined ? created.input : await readChangedInput(past, { texts: options.input, context })
      const origin = { kind: 'restart', of: record.id } as const
      return await beginCopy(context, options, { opened, stored, start: { input, models: created.models, origin } })
    }),
  )

/** Refuses a run that has not ended: two copies at the same time are rarely intended. */
const expectEnded = ({ record }: PastRun): void => {
  if (record.status !== 'running') return
  throw new CliError(`run ${record.id} has not ended: it is ${toShownStatus(record)}`, {
    hint: `to continue it: troupe resume ${record.id}, or to end it first: troupe cancel ${record.id}`,
    exitCode: EXIT.failed,
  })
}
