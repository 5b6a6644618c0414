/** Permissions of databases, backups and exports: they hold inputs and outputs of runs, so only their owner may read them. */
import { closeSync, openSync, statSync } from 'node:fs'

export const PRIVATE_MODE = 0o600

/** Creates an empty file for its owner alone; a file that exists stays as it is. */
export const createPrivateFile = (path: string): void => closeSync(openSync(path, 'a', PRIVATE_MODE))

/** The files of a database that other accounts may read or write. Always empty on Windows, where modes say nothing. */
export const listSharedFiles = (database: string): string[] =>
  process.platform === 'win32'
    ? []
    : ['', '-wal', '-shm']
        .map((end) => database + end)
        .filter((file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0)
