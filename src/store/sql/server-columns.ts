/** Servers and the needs of runs as columns. */
import { isJsonObject, type JsonValue, tryParseJson } from '../../core/json.ts'
import type { Needs } from '../queue-store.ts'
import type { ServerRecord, UnfitRuns } from '../server-store.ts'
import { StoreError } from '../store-error.ts'

/** Null: none. Equal needs have equal texts. */
export const toNeedsText = (needs: Needs | undefined): string | null =>
  needs === undefined || needs.length === 0 ? null : JSON.stringify(needs)

/** @throws StoreError `corrupt` */
export const toNeeds = (text: string | null): Needs => {
  const needs = text === null ? [] : tryParseJson(text)
  if (isTexts(needs)) return needs
  throw new StoreError('corrupt', `the needs of a run are not known to this program: ${text}`)
}

export interface StoredServer {
  id: string
  host: string
  pid: number
  unfit: string
}

export const SERVER_COLUMNS = 'id, host, pid, unfit'

/** @throws StoreError `corrupt` */
export const toServer = ({ id, host, pid, unfit }: StoredServer): ServerRecord => {
  const list = tryParseJson(unfit)
  if (Array.isArray(list) && list.every(isUnfit)) return { id, host, pid, unfit: list }
  throw new StoreError('corrupt', `the record of server '${id}' is not known to this program`)
}

const isUnfit = (value: JsonValue): value is JsonValue & UnfitRuns =>
  isJsonObject(value) && isTexts(value.needs) && isTexts(value.missing)

const isTexts = (value: JsonValue | undefined): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
