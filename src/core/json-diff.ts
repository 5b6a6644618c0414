/** Compares two JSON values by the places in them, not by lines of text. */
import { isJsonObject, type JsonObject, type JsonValue, ownValue, toCanonicalJson } from './json.ts'

export interface JsonChange {
  /** `items[2].score`; empty for the whole value. */
  path: string
  kind: 'added' | 'removed' | 'changed'
  /** The old value; absent where it was added. */
  from?: JsonValue
  /** The new value; absent where it was removed. */
  to?: JsonValue
}

/**
 * Lists the changes from `from`; undefined stands for no value. Lists skip equal items at both ends, so that one more item is one
 * change, and compare the items between them place by place.
 */
export const diffJson = (from: JsonValue | undefined, to: JsonValue | undefined): JsonChange[] => {
  const changes: JsonChange[] = []
  compare({ from, to, path: '' }, changes)
  return changes
}

interface Pair {
  from: JsonValue | undefined
  to: JsonValue | undefined
  path: string
}

const compare = ({ from, to, path }: Pair, changes: JsonChange[]): void => {
  if (from === undefined && to === undefined) return
  if (from === undefined) changes.push({ path, kind: 'added', to: to ?? null })
  else if (to === undefined) changes.push({ path, kind: 'removed', from })
  else if (Array.isArray(from) && Array.isArray(to)) compareLists({ from, to, path }, changes)
  else if (isJsonObject(from) && isJsonObject(to)) compareObjects({ from, to, path }, changes)
  else if (toCanonicalJson(from) !== toCanonicalJson(to)) changes.push({ path, kind: 'changed', from, to })
}

const compareObjects = (
  { from, to, path }: { from: JsonObject; to: JsonObject; path: string },
  changes: JsonChange[],
): void => {
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
    compare({ from: ownValue(from, key), to: ownValue(to, key), path: joinKey(path, key) }, changes)
}

const compareLists = (
  { from, to, path }: { from: JsonValue[]; to: JsonValue[]; path: string },
  changes: JsonChange[],
): void => {
  const [before, after] = [from.map(toCanonicalJson), to.map(toCanonicalJson)]
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const room = Math.min(before.length, after.length) - start
  while (end < room && before.at(-1 - end) === after.at(-1 - end)) end++
  const most = Math.max(before.length, after.length) - end
  for (let index = start; index < most; index++) {
    const at = <T>(items: readonly T[]): T | undefined => (index < items.length - end ? items[index] : undefined)
    compare({ from: at(from), to: at(to), path: `${path}[${index}]` }, changes)
  }
}

const joinKey = (path: string, key: string): string => {
  const name = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? key : JSON.stringify(key)
  return path === '' ? name : `${path}.${name}`
}
