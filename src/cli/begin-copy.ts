/** Starts a run that is made from another one: performs it here, or queues it for a server. */
import type { RunCopy } from '../service/control/copy-run.ts'
import { toCopiedJson } from '../service/views/copy-json.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { openLocal } from './open-local.ts'
import type { OpenedRuns } from './open-runs.ts'
import { writeHint, writeJson } from './output.ts'
import type { ServerClient } from './remote/server-client.ts'
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
      return reportCopied(context, options, {
        copied: toCopiedJson(await local.submit(workflow, { ...start, folder })),
        isLocal: true,
      })
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

/** The copy that a server made: its id with `--submit`, else the run as `troupe watch` shows it. Resolves to the exit code. */
export const followCopy = async (
  context: Context,
  options: CopyOptions,
  { client, copied }: { client: ServerClient; copied: CopiedJson },
): Promise<number> => {
  if (options.submit === true) return reportCopied(context, options, { copied, isLocal: false })
  const [{ watchRun }, { createRemoteReader }] = await Promise.all([
    import('./watch-run.ts'),
    import('./remote/remote-reader.ts'),
  ])
  return watchRun(context, options, { reader: createRemoteReader(client), run: copied.run })
}

type CopiedJson = Pick<ReturnType<typeof toCopiedJson>, 'run' | 'workflow'>

const reportCopied = (
  context: Context,
  { json = false, quiet = false }: OutputOptions,
  { copied, isLocal }: { copied: CopiedJson; isLocal: boolean },
): number => {
  const id = copied.run
  if (json) writeJson(context, copied)
  else context.stdout.write(`${id}\n`)
  if (json || quiet) return EXIT.completed
  context.stderr.write(`run ${id} is queued\n`)
  if (isLocal) hintAtStart(context, id)
  return EXIT.completed
}

/** Tells how a queued run starts. */
export const hintAtStart = (context: Context, id: string): void =>
  writeHint(context, `troupe serve starts it; without a server: troupe resume ${id}`)
