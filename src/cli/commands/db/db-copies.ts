/** `troupe db backup` and `troupe db restore`. */

import { resolve } from 'node:path'
import { backupStore } from '../../../app/database/backup-file.ts'
import { formatSize } from '../../../core/size.ts'
import { restoreDatabase } from '../../../store/open-database.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject } from '../../open-project.ts'
import { shownDatabase } from '../../open-runs.ts'
import { formatCount } from '../../run-result.ts'
import { shownPath } from '../../workflow-file.ts'
import { databaseFile, openFileDatabase } from './open-file-database.ts'

export interface CopyArguments {
  file: string
  force?: boolean
  json?: boolean
}

/** The exit code. */
export const backup = async (
  context: Context,
  { file, force = false, json = false }: CopyArguments,
): Promise<number> => {
  const { stdout, workingFolder } = context
  const { store, path } = await openFileDatabase(context)
  try {
    const { bytes } = await backupStore(store, { path, file: resolve(workingFolder, file), replaces: force })
    if (json) stdout.write(`${JSON.stringify({ file, bytes }, null, 2)}\n`)
    else stdout.write(`${file}: ${formatSize(bytes)}\n`)
    return EXIT.completed
  } finally {
    await store.close()
  }
}

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
  if (json) stdout.write(`${JSON.stringify({ database, runs, going, set_aside: setAside ?? null }, null, 2)}\n`)
  else {
    stdout.write(`${database}: ${formatCount(runs)} runs restored\n`)
    if (setAside !== undefined)
      stderr.write(`what was there is damaged: it is ${shownPath(setAside, workingFolder)} now\n`)
    if (going > 0)
      stderr.write(
        `${formatCount(going)} of them have not ended: a server, or troupe resume --all, goes on with them from where they were\n`,
      )
  }
  return EXIT.completed
}
