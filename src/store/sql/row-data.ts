/**
 * The stored form of the `data` of a journal row. Most rows hold the end of an attempt, with the same keys each time: those become
 * a list without the keys, which takes a quarter of the bytes. Data of any other shape is stored as it is. Nothing is lost:
 * `unpackRowData(packRowData(data, at), at)` equals `data`, for any JSON.
 *
 * The list: form, output or fault, milliseconds, attempt, milliseconds from the start of the attempt to the row, usages.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'

/** First item of a list. A form never gets another meaning: old databases hold it. */
const FORM = { asItIs: 0, output: 1, fault: 2 } as const

/** @param at Time of the row. */
export const packRowData = (data: JsonValue, at: number): JsonValue => {
  if (Array.isArray(data)) return [FORM.asItIs, data]
  return isJsonObject(data) ? (packAttempt(data, at) ?? data) : data
}

export const unpackRowData = (packed: JsonValue, at: number): JsonValue => {
  if (!Array.isArray(packed)) return packed
  const [form, value = null, ms = 0, attempt = 0, before = 0, usage] = packed
  if (form === FORM.asItIs) return value
  const data: JsonObject = form === FORM.fault ? { fault: value } : { output: value }
  Object.assign(data, { attempt, started: at - Number(before), ms })
  if (Array.isArray(usage)) data.usage = usage.map(unpackUsage)
  return data
}

const packAttempt = (data: JsonObject, at: number): JsonValue[] | undefined => {
  const { output, fault, attempt, started, ms, usage } = data
  const value = output === undefined ? fault : output
  if (value === undefined || (output !== undefined && fault !== undefined)) return undefined
  if (countKeys(data) !== (usage === undefined ? 4 : 5)) return undefined
  if (!isWhole(attempt) || !isWhole(ms) || !isWhole(started) || !isWhole(at - started)) return undefined
  const packed = [output === undefined ? FORM.fault : FORM.output, value, ms, attempt, at - started]
  if (usage === undefined) return packed
  return Array.isArray(usage) ? [...packed, usage.map(packUsage)] : undefined
}

const isWhole = (value: JsonValue | undefined): value is number => Number.isSafeInteger(value)

const countKeys = (data: JsonObject): number => {
  let count = 0
  for (const _ in data) count++
  return count
}

const USAGE_KEYS = ['provider', 'model', 'input_tokens', 'cached_tokens', 'output_tokens', 'cost_usd'] as const

/** A usage of another shape stays a map, or becomes a list of one. */
const packUsage = (usage: JsonValue): JsonValue => {
  if (!isJsonObject(usage)) return [usage]
  if (countKeys(usage) !== USAGE_KEYS.length) return usage
  const values: JsonValue[] = []
  for (const key of USAGE_KEYS) {
    const value = usage[key]
    if (value === undefined) return usage
    values.push(value)
  }
  return values
}

const unpackUsage = (packed: JsonValue): JsonValue => {
  if (!Array.isArray(packed)) return packed
  if (packed.length === 1) return packed[0] ?? null
  return Object.fromEntries(USAGE_KEYS.map((key, index) => [key, packed[index] ?? null]))
}
