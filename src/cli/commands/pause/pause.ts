/** `troupe pause` and `troupe unpause`: stop and allow new steps of a run. */
import { toPausedJson } from '../../../service/views/control-json.ts'
import { isFree } from '../../../service/views/shown-status.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { withControl } from '../../open-control.ts'
import { writeHint, writeJson } from '../../output.ts'

/** The exit code is 1 for a run that has ended. */
export const pause = (
  context: Context,
  { run: id, kind, json = false }: { run: string; kind: 'pause' | 'unpause'; json?: boolean },
): Promise<number> =>
  withControl(context, async (control) => {
    const { run, isDone } = await control.pause(id, kind)
    const { stderr } = context
    const isGoing = run.status === 'running'
    const isPause = kind === 'pause'
    if (json) writeJson(context, toPausedJson({ run, isDone }))
    else if (isDone) stderr.write(`run ${run.id} ${isPause ? 'is paused' : 'continues'}\n`)
    else if (!isGoing) stderr.write(`run ${run.id} is over: it is ${run.status}\n`)
    else stderr.write(`run ${run.id} is asked to ${isPause ? 'pause' : 'continue'}; no process has answered yet\n`)
    if (!json && isGoing && isFree(run))
      writeHint(
        context,
        isPause && isDone
          ? `to continue it: troupe unpause ${run.id}`
          : `troupe serve claims it, or: troupe resume ${run.id}`,
      )
    return isDone || isGoing ? EXIT.completed : EXIT.failed
  })
