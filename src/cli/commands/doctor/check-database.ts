import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isDatabaseTrusted, type Project } from '../../../app/project/project.ts'
import { countOf } from '../../../core/count.ts'
import { formatSize } from '../../../core/size.ts'
import { listMissing } from '../../../service/control/unfit-runs.ts'
import { inspectDatabase, inspectPostgres } from '../../../store/open-database.ts'
import { listSharedFiles } from '../../../store/private-mode.ts'
import type { ServerRecord } from '../../../store/server-store.ts'
import { isStoreError } from '../../../store/store-error.ts'
import { quoteWord } from '../../shell-text.ts'
import { type DoctorCheck, miss, pass, warn } from './check.ts'

/** Space for the journals of a few thousand runs. */
const LEAST_FREE_BYTES = 100 * 1024 * 1024

export const checkDatabase = async (project: Project, shown: string): Promise<DoctorCheck[]> => {
  const { database } = project
  if (!isDatabaseTrusted(project))
    return [miss('database', `${shown} is outside the project and not trusted: it is not opened`, 'troupe trust')]
  if (database.kind === 'memory') return [pass('database', 'in memory: it ends with the process')]
  if (database.kind === 'postgres') return checkServer(database.url, shown)
  const { path } = database
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() === true)
    return [
      miss('database', `${shown} is a folder: expected a file`, 'name a file with --db, TROUPE_DB or db in the config'),
    ]
  const checks = found === undefined ? [checkPlace(path, shown)] : await inspect(path, shown)
  return [...checks, checkDisk(path)]
}

const checkServer = async (url: string, shown: string): Promise<DoctorCheck[]> => {
  try {
    const { version, sizeBytes, schemaVersion, expectedVersion, servers } = await inspectPostgres(url)
    return [
      pass('database', `${shown}, Postgres ${version}, ${formatSize(sizeBytes)}`),
      schemaVersion === 0
        ? pass('schema', 'the database is empty: the first run makes the tables')
        : checkSchema(schemaVersion, { expected: expectedVersion, isTooNew: false }),
      ...checkServers(servers),
    ]
  } catch (error) {
    return [missDatabase(error, 'check the URL and the server')]
  }
}

const missDatabase = (error: unknown, hint: string): DoctorCheck =>
  miss(
    'database',
    error instanceof Error ? error.message : String(error),
    (isStoreError(error) ? error.hint : undefined) ?? hint,
  )

const checkPlace = (path: string, shown: string): DoctorCheck => {
  const folder = existingFolder(path)
  try {
    accessSync(folder, constants.W_OK)
    return pass('database', `${shown} does not exist yet: the first run creates it`)
  } catch {
    return miss('database', `${shown} can't be created: ${folder} can't be written to`, 'name another place with --db')
  }
}

const inspect = async (path: string, shown: string): Promise<DoctorCheck[]> => {
  try {
    const { sizeBytes, isWritable, isOurs, schemaVersion, expectedVersion, isTooNew, damage, servers } =
      await inspectDatabase(path, shown)
    if (!isOurs && schemaVersion !== 0)
      return [miss('database', `${shown} belongs to another program`, 'name another file with --db')]
    return [
      isWritable
        ? pass('database', `${shown}, ${formatSize(sizeBytes)}, writable`)
        : miss('database', `${shown} can't be written to`, 'check the permissions of the file and of its folder'),
      ...checkPermissions(path),
      checkSchema(schemaVersion, { expected: expectedVersion, isTooNew }),
      ...checkServers(servers),
      damage === undefined
        ? pass('integrity', 'quick check found nothing wrong')
        : miss('integrity', `the database is damaged: ${damage}`, `restore a backup, or: sqlite3 ${shown} '.recover'`),
    ]
  } catch (error) {
    return [missDatabase(error, 'check the file and its folder')]
  }
}

const checkPermissions = (path: string): DoctorCheck[] => {
  const files = listSharedFiles(path)
  if (files.length === 0) return []
  const names = files.map((file) => basename(file)).join(', ')
  const detail = `other accounts may read ${names}, which ${files.length === 1 ? 'holds' : 'hold'} all runs`
  return [warn('permissions', detail, `chmod 600 ${files.map(quoteWord).join(' ')}`)]
}

const checkSchema = (found: number, { expected, isTooNew }: { expected: number; isTooNew: boolean }): DoctorCheck => {
  if (found === expected) return pass('schema', `version ${found}`)
  if (found < expected) return pass('schema', `version ${found}: the next run migrates it to ${expected}`)
  if (!isTooNew)
    return pass('schema', `version ${found}, of a newer release: this one, with ${expected}, works with it`)
  return miss(
    'schema',
    `version ${found}, written by a newer release: expected at most ${expected}`,
    'update troupe, or name another database with --db',
  )
}

/** Kinds of runs that all live servers have met, and that none of them can perform. */
const checkServers = (servers: readonly ServerRecord[]): DoctorCheck[] => {
  if (servers.length === 0) return []
  const missing = [...new Set(listMissing(servers).map((needs) => needs.join(', ')))]
  const live = `${countOf(servers.length, 'server')} live`
  if (missing.length === 0) return [pass('servers', live)]
  const fix = 'start a server that has it, or set it and start one again; troupe runs lists the runs'
  return missing.map((one) => warn('servers', `${live}; runs wait for one with ${one}`, fix))
}

const checkDisk = (path: string): DoctorCheck => {
  const folder = existingFolder(path)
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  return free < LEAST_FREE_BYTES
    ? miss(
        'disk',
        `${formatSize(free)} free at ${folder}`,
        'free some disk space: a run stops when it is full, and can be resumed',
      )
    : pass('disk', `${formatSize(free)} free`)
}

const existingFolder = (path: string): string => {
  let folder = dirname(path)
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}
