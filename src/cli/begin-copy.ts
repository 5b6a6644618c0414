/** Starts a run that is made from another one: performs it here, or queues it for a server. */
import type { Submitted } from '../runtime/submit-run.ts'
import type { RunCopy } from '../service/control/copy-run.ts'
import { toCopiedJson } from '../service/views/copy-json.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { openLocal } from './open-local.ts'
import type { OpenedRuns } from './open-runs.ts'
import { writeHint, writeJson } from './output.ts'
import type { OutputOptions } from './run-output.ts'
import { stayWith } from './stay-with.ts'

export interface CopyOptions extends OutputOptions {
  submit?: boolean
}

/** Resolves to the exit code. */
export const beginCopy = async (
  context: Context,
  options: CopyOptions,
  { opened, copy: { stored, start } }: { opened: OpenedRuns; copy: RunCopy },
): Promise<number> => {
  const { workflow, folder } = stored
  const local = await openLocal(stored, { ...opened, context, performs: options.submit !== true })
  try {
    if (options.submit === true)
      return reportSubmitted(context, options, await local.submit(workflow, { ...start, folder }))
    return await stayWith(context, options, {
      local,
      workflow,
      isResumed: (start.copied?.past.rows.length ?? 0) > 0,
      begin: (watch, onQueued) => local.start(workflow, { ...start, folder, watch, onQueued }),
    })
  } finally {
    await local.close()
  }
}

const reportSubmitted = (
  context: Context,
  { json = false, quiet = false }: OutputOptions,
  submitted: Submitted,
): number => {
  const { id } = submitted.run
  if (json) writeJson(context, toCopiedJson(submitted))
  else context.stdout.write(`${id}\n`)
  if (json || quiet) return EXIT.completed
  context.stderr.write(`run ${id} is queued\n`)
  hintAtStart(context, id)
  return EXIT.completed
}

/** Tells how a queued run starts. */
export const hintAtStart = (context: Context, id: string): void =>
  writeHint(context, `troupe serve starts it; without a server: troupe resume ${id}`)
