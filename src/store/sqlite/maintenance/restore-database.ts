/**
 * Replaces a database by a backup. The backup is copied beside the database, migrated and checked there. The database is replaced
 * last, in one step, and only when no process has it open.
 *
 * The lease holders of the time of the backup lose their runs: leases are void, and every run has a new epoch (J2).
 */

import { chmodSync, copyFileSync, existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import Database from 'better-sqlite3'
import { countOf } from '../../../core/count.ts'
import type { StoreProblem } from '../../maintenance.ts'
import { PRIVATE_MODE } from '../../private-mode.ts'
import { createOwner } from '../../process-identity.ts'
import { isLeaseFree } from '../../rules/lease.ts'
import type { Owner, Store } from '../../store.ts'
import { isStoreError, StoreError } from '../../store-error.ts'
import { type Connection, openConnection, prepareFolder } from '../connection.ts'
import { openSqliteStore } from '../open-sqlite-store.ts'
import { isBusy, toStoreError } from '../sqlite-error.ts'

export interface RestoreOptions {
  /** The backup. */
  file: string
  /** Path of the database. */
  path: string
  /** True: an existing database is replaced. Default false. */
  replaces?: boolean
  /** Lists the problems of the backup's content. */
  check(store: Store): Promise<StoreProblem[]>
}

export interface Restored {
  runs: number
  /** Number of runs that have not ended. They go on when they are claimed. */
  going: number
  /** Path that an unreadable database was moved to; undefined: there was none. */
  setAside?: string
}

/**
 * @throws StoreError `conflict`: a database exists and `replaces` is false; `busy`: a process has it open, with the runs that it holds;
 * `corrupt`: the backup is damaged; `too_new`; `unreadable`; `disk_full`
 */
export const restoreDatabase = async ({ file, path, replaces = false, check }: RestoreOptions): Promise<Restored> => {
  const found = existsSync(path)
  expectBackup(file, found ? path : undefined)
  if (found && !replaces)
    throw new StoreError('conflict', `database '${path}' exists already: expected none where a backup is restored`, {
      hint: 'with --force the backup takes its place; make a backup of it before',
    })
  prepareFolder(path)
  const ready = `${path}.restoring`
  try {
    const counts = await prepare(file, { ready, check })
    if (!found) {
      renameSync(ready, path)
      return counts
    }
    chmodSync(ready, statSync(path).mode & 0o777)
    const setAside = replace(path, ready)
    return { ...counts, ...(setAside === undefined ? {} : { setAside }) }
  } finally {
    for (const rest of [ready, `${ready}-wal`, `${ready}-shm`]) rmSync(rest, { force: true })
  }
}

const expectBackup = (file: string, database: string | undefined): void => {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile())
    throw new StoreError('unreadable', `backup '${file}' ${stat === undefined ? 'does not exist' : 'is no file'}`, {
      hint: 'name a file that troupe db backup has written',
    })
  if (database !== undefined && realpathSync(file) === realpathSync(database))
    throw new StoreError('conflict', `'${file}' is the database itself: expected a backup of it`)
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw new StoreError('conflict', `'${file}' is a database in use: a part of it stands in '${basename(file)}-wal'`, {
      hint: `make a backup of it first: troupe --db ${file} db backup NEW`,
    })
}

/** Copies the backup, migrates and checks the copy, and clears its leases. */
const prepare = async (
  file: string,
  { ready, check }: Pick<RestoreOptions, 'check'> & { ready: string },
): Promise<{ runs: number; going: number }> => {
  copy(file, ready)
  // Refuses the file of another program, and migrates.
  const store = await openSqliteStore({ path: ready, durability: 'power' }).catch((error) => {
    throw ofBackup(error, file, ready)
  })
  const [problem, ...others] = await check(store).finally(() => store.close())
  const connection = openConnection(ready, { durability: 'power', create: false })
  try {
    if (problem !== undefined)
      throw new StoreError('corrupt', `backup '${file}' is damaged: ${problem.message}`, {
        hint: `${others.length === 0 ? '' : `and ${others.length} more: troupe --db FILE db check; `}take an older one`,
      })
    connection.exec('update run set holder = null, lease_until = null, epoch = epoch + (epoch > 0)')
    const count = (sql: string): number => Number(connection.prepare(sql).pluck().get())
    return {
      runs: count('select count(*) from run'),
      going: count('select count(*) from run where status = 0'),
    }
  } finally {
    connection.close()
  }
}

const copy = (file: string, ready: string): void => {
  try {
    rmSync(ready, { force: true })
    copyFileSync(file, ready)
    chmodSync(ready, PRIVATE_MODE)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOSPC')
      throw new StoreError('disk_full', `there is no room for a copy of '${file}' beside the database`, {
        hint: `it needs ${statSync(file).size} bytes; nothing was changed`,
        cause,
      })
    throw new StoreError('unreadable', `backup '${file}' can't be copied beside the database: ${message}`, {
      hint: 'check that this user may read it, and write to the folder of the database',
      cause,
    })
  }
}

/** Names the backup in place of its copy. */
const ofBackup = (error: unknown, file: string, ready: string): unknown => {
  if (!isStoreError(error)) return error
  const { code, message, hint, cause } = error
  return new StoreError(code, message.replaceAll(ready, file), { ...(hint === undefined ? {} : { hint }), cause })
}

/** Returns the path that a damaged database was moved to; undefined when none was. */
const replace = (path: string, ready: string): string | undefined => {
  let lock: Connection | undefined
  try {
    lock = lockAlone(path)
    lock.pragma('journal_mode = DELETE')
    renameSync(ready, path)
    return undefined
  } catch (error) {
    if (isBusy(error)) throw toInUse(path)
    const translated = toStoreError(error, path)
    if (!isStoreError(translated) || translated.code !== 'corrupt') throw translated
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)}`
    for (const part of ['', '-wal', '-shm']) if (existsSync(path + part)) renameSync(path + part, aside + part)
    renameSync(ready, path)
    return aside
  } finally {
    lock?.close()
  }
}

/** In exclusive mode a WAL database opens only when no other connection, idle or not, has it open. */
const lockAlone = (path: string): Connection => {
  const connection = new Database(path, { timeout: 100, fileMustExist: true })
  try {
    connection.pragma('locking_mode = EXCLUSIVE')
    connection.exec('begin immediate; commit')
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

const toInUse = (path: string): StoreError => {
  const [held, ...others] = listHeld(path)
  const hint = 'stop it (a server by SIGTERM, a run by Ctrl-C twice), then restore'
  if (held === undefined)
    return new StoreError('busy', `database '${path}' is open in another process: expected it to be closed`, { hint })
  const { id, workflow, holder } = held
  const more =
    others.length === 0 ? '' : ` (and ${countOf(others.length, 'more run')} ${others.length === 1 ? 'is' : 'are'} held)`
  const where = holder.host === createOwner().host ? '' : ` on ${holder.host.split('/')[0]}`
  return new StoreError(
    'busy',
    `run '${id}' of workflow '${workflow}' is held by process ${holder.pid}${where}${more}: expected no run to be held`,
    { hint },
  )
}

interface HeldRun {
  id: string
  workflow: string
  holder: Owner & { leaseUntil: number }
}

const listHeld = (path: string): HeldRun[] => {
  const connection = new Database(path, { readonly: true, timeout: 100 })
  try {
    const asker = createOwner()
    return connection
      .prepare<[], { id: string; workflow: string; holder: string; lease_until: number }>(
        'select id, workflow, holder, lease_until from run where status = 0 and holder is not null',
      )
      .all()
      .map(({ id, workflow, holder, lease_until }) => ({
        id,
        workflow,
        holder: { ...(JSON.parse(holder) as Owner), leaseUntil: lease_until },
      }))
      .filter(({ holder }) => !isLeaseFree(holder, asker, Date.now()))
  } catch {
    return []
  } finally {
    connection.close()
  }
}
