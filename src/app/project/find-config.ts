import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fault } from '../../core/fault.ts'
import { readBounded } from './read-bounded.ts'

export const CONFIG_NAME = 'troupe.config.yaml'

/**
 * Looks in the folder itself, then in the folders above it, up to the root of its repository: a repository that was cloned into a project
 * is no part of it. A config that another account put above the folder, as in /tmp, is passed over.
 */
export const findConfig = (folder: string): string | undefined => {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, CONFIG_NAME)
    if (existsSync(file) && (at === folder || isOwn(file, folder))) return file
    if (dirname(at) === at || existsSync(join(at, '.git'))) return undefined
  }
}

/** True if the file belongs to this user, to root, or to the owner of the folder. Windows has no numbers of owners: always true. */
const isOwn = (file: string, folder: string): boolean => {
  const owner = statSync(file, { throwIfNoEntry: false })?.uid
  return [0, process.getuid?.() ?? owner, statSync(folder, { throwIfNoEntry: false })?.uid].includes(owner)
}

/** @throws Fault `invalid_input` when it does not exist */
export const expectConfig = (configFile: string, workingFolder: string): string => {
  const file = resolve(workingFolder, configFile)
  if (existsSync(file)) return file
  throw new Fault(
    'invalid_input',
    `config '${configFile}' does not exist\nname another one with --config, or leave it out`,
  )
}

/** @throws Fault `invalid_input` */
export const readConfigFile = (file: string): Uint8Array => {
  try {
    return readBounded(file)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = code === 'EISDIR' ? 'it is a folder: expected a file' : message
    throw new Fault('invalid_input', `config '${file}' can't be read: ${reason}`, { cause })
  }
}
