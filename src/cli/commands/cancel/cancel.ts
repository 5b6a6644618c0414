/** `troupe cancel`: asks the holder of a run to cancel it; a run without a holder is claimed and cancelled here. */
import type { CancelEnd } from '../../../service/control/cancel-run.ts'
import { toCancelledJson } from '../../../service/views/control-json.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { withControl } from '../../open-control.ts'
import { writeJson, writeLines } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toPrintable } from '../../printable.ts'
import { describeHolder } from '../../run-holder.ts'
import { describeAftermath } from '../../run-result.ts'

export const cancel = (context: Context, { run, json = false }: { run: string; json?: boolean }): Promise<number> =>
  withControl(context, async (control) => report(context, json, await control.cancel(run)))

type Reported = CancelEnd & { wasOver: boolean }

const report = (context: Context, json: boolean, end: Reported): number => {
  const { run, wasOver } = end
  if (!json) writeLines(context.stderr, describe(end, context.stderr.paint))
  else writeJson(context, toCancelledJson(end, { wasOver }))
  return run.status === 'cancelled' ? EXIT.completed : EXIT.failed
}

const describe = (end: Reported, paint: Paint): string[] => {
  const { run, wasOver, unsure, goesOn } = end
  if (wasOver) return [`run ${run.id} is over: it was ${run.status} before`]
  if (run.status === 'running') {
    const holder = run.holder === null ? 'its holder' : describeHolder(run.holder)
    if (end.isFinishing)
      return [
        `run ${run.id} has ended but for its finally, which goes on in ${holder}`,
        `  ${paint.cyan('hint:')} to end that too: troupe cancel ${run.id}`,
      ]
    return [
      `run ${run.id} is asked to cancel, but ${holder} has not done so yet`,
      `  ${paint.cyan('hint:')} it will as soon as it answers; look again with: troupe runs`,
    ]
  }
  return [
    run.status === 'cancelled'
      ? `${paint.yellow('⊘')} run ${run.id} is cancelled`
      : `run ${run.id} ${run.status} before it could be cancelled`,
    ...unsure.map((path) => `  ${toPrintable(path)} was in flight: it may have taken effect`),
    ...describeAftermath(end, paint).map((line) => `  ${line}`),
    ...goesOn.map(({ id }) => `  child run ${id} is asked to cancel, but has not done so yet`),
  ]
}
