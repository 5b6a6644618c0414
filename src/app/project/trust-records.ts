/** Records of trust: one file for each config, in the user's own folder, where no repository can put one. */
import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Grant } from '../../compiler/config.ts'
import { Fault } from '../../core/fault.ts'
import { hashBytes } from '../../core/hash.ts'
import { isJsonObject } from '../../core/json.ts'

export interface TrustRecord {
  /** Absolute: the config, or a folder that has none. Links of the folder are resolved. */
  place: string
  /** Hash of the grants. */
  hash: string
  /** Shown with the next change of the config. */
  grants: readonly Grant[]
  /** Secrets that workflows of the folder may read though the config does not list them. */
  secrets: readonly string[]
}

/** The folder of the records, absolute. */
export const trustFolderOf = (environment: Readonly<Record<string, string | undefined>>): string => {
  const { XDG_CONFIG_HOME, APPDATA, HOME } = environment
  const own = [XDG_CONFIG_HOME, process.platform === 'win32' ? APPDATA : undefined].find(
    (one) => one && isAbsolute(one),
  )
  return join(own ?? join(HOME || homedir(), '.config'), 'troupe', 'trust')
}

const fileOf = (folder: string, place: string): string => join(folder, `${hashBytes(place)}.json`)

/** Undefined where there is no record, or none that can be read and is the user's own: trust is asked for again then. */
export const readTrust = (folder: string, place: string): TrustRecord | undefined => {
  try {
    const record: unknown = JSON.parse(readOwnFile(fileOf(folder, place)))
    return isRecord(record) && record.place === place ? record : undefined
  } catch {
    return undefined
  }
}

/** Reads a file that belongs to this user, and that no other account may have written. */
const readOwnFile = (path: string): string => {
  const file = openSync(path, 'r')
  try {
    const { uid, mode } = fstatSync(file)
    const user = process.getuid?.()
    if (user !== undefined && (uid !== user || (mode & WRITABLE_BY_OTHERS) !== 0)) return ''
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

const WRITABLE_BY_OTHERS = 0o022

const isRecord = (value: unknown): value is TrustRecord =>
  isJsonObject(value) &&
  typeof value.place === 'string' &&
  typeof value.hash === 'string' &&
  isListOf(value.secrets, (one) => typeof one === 'string') &&
  isListOf(
    value.grants,
    (one) =>
      isJsonObject(one) && typeof one.value === 'string' && isListOf(one.path, (word) => typeof word === 'string'),
  )

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem)

/** Replaces the record as a whole: another process reads the former one or this one. @throws Fault `unavailable` */
export const writeTrust = (folder: string, record: TrustRecord): void => {
  const file = fileOf(folder, record.place)
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(draft, file)
  } catch (cause) {
    const { message } = cause as Error
    const hint = 'to trust it for one command: --trust, or TROUPE_TRUST=1'
    throw new Fault('unavailable', `trust can't be recorded in '${folder}': ${message}\n${hint}`, { cause })
  }
}

export const removeTrust = (folder: string, place: string): void => rmSync(fileOf(folder, place), { force: true })
