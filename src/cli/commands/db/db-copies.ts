/** `troupe db backup` and `troupe db restore`. */

import { resolve } from 'node:path'
import { backupStore } from '../../../app/database/backup-file.ts'
import { formatSize } from '../../../core/size.ts'
import { restoreDatabase } from '../../../store/open-database.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { formatCount } from '../../figures.ts'
import { openProject, shownDatabase } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { shownPath } from '../../workflow-file.ts'
import { databaseFile, withFile } from './file-database.ts'

export interface CopyArguments {
  file: string
  force?: boolean
  json?: boolean
}

/** Resolves to the exit code. */
export const backup = (context: Context, { file, force = false, json = false }: CopyArguments): Promise<number> =>
  withFile(context, async ({ store, path }) => {
    const { bytes } = await backupStore(store, { path, file: resolve(context.workingFolder, file), replaces: force })
    if (json) writeJson(context, { file, bytes })
    else context.stdout.write(`${file}: ${formatSize(bytes)}\n`)
    return EXIT.completed
  })

/** Resolves to the exit code. */
export const restore = async (
  context: Context,
  { file, force = false, json = false }: CopyArguments,
): Promise<number> => {
  const { stdout, stderr, workingFolder } = context
  const project = await openProject(context)
  const path = databaseFile(project)
  const restored = await restoreDatabase({ file: resolve(workingFolder, file), path, replaces: force })
  const { runs, going, setAside } = restored
  const database = shownDatabase(project, context)
  if (json) writeJson(context, { database, runs, going, set_aside: setAside ?? null })
  else {
    stdout.write(`${database}: ${formatCount(runs)} runs restored\n`)
    if (setAside !== undefined)
      stderr.write(`the former database is damaged: it is now ${shownPath(setAside, workingFolder)}\n`)
    if (going > 0)
      stderr.write(
        `${formatCount(going)} of them have not ended: a server, or troupe resume --all, continues them from their restored state\n`,
      )
  }
  return EXIT.completed
}
