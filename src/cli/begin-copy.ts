/** A run that is made from another one: begun here and stayed with, or left to whoever serves the database. */

import type { StartOptions } from '../app/local.ts'
import type { Submitted } from '../runtime/submit-run.ts'
import type { StoredRun } from '../service/history/load-run.ts'
import type { RunOrigin } from '../store/store.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import type { OpenedRuns } from './open-runs.ts'
import { createHosts } from './run-hosts.ts'
import type { OutputOptions } from './run-output.ts'
import { stayWith } from './stay-with.ts'

export interface CopyOptions extends OutputOptions {
  submit?: boolean
}

export interface Copy {
  opened: OpenedRuns
  stored: StoredRun
  start: Pick<StartOptions, 'input' | 'models' | 'copied'> & { origin: RunOrigin }
}

/** The exit code. */
export const beginCopy = async (
  context: Context,
  options: CopyOptions,
  { opened, stored, start }: Copy,
): Promise<number> => {
  const { workflow, folder } = stored
  const local = createHosts(context, opened, { performs: options.submit !== true }).of(stored)
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
  { stdout, stderr }: Context,
  { json = false, quiet = false }: OutputOptions,
  { run: { id, workflow, origin } }: Submitted,
): number => {
  if (json) stdout.write(`${JSON.stringify({ run: id, workflow, status: 'queued', origin }, null, 2)}\n`)
  else stdout.write(`${id}\n`)
  if (json || quiet) return EXIT.completed
  stderr.write(`run ${id} is queued\n`)
  stderr.write(
    `  ${stderr.paint.cyan('hint:')} troupe serve begins it; where nobody serves this database: troupe resume ${id}\n`,
  )
  return EXIT.completed
}
