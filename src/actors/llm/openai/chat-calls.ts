/**
 * Joins the pieces of tool calls.
 *
 * 1. A new id with a name begins a new call, also where the index is an earlier one's: some servers send every call under index 0.
 * 2. A piece with a known id, or with the index of a call, belongs to that call.
 * 3. A piece without both belongs to the last call, unless it names a tool where the last call is complete.
 */
import { isJsonObject, type JsonObject, tryParseJson } from '../../../core/json.ts'
import type { LlmToolCall } from '../../../core/llm.ts'
import { toArgumentsText } from '../tool-arguments.ts'
import { withIds } from '../tool-ids.ts'
import type { CallPiece } from './chat-message.ts'

export interface CallDraft {
  index: number | undefined
  id: string
  name: string
  arguments: string
  kept: JsonObject
}

/** Takes a piece into the calls so far. */
export const takeCall = (calls: CallDraft[], piece: CallPiece): CallDraft[] => {
  const call = findCall(calls, piece)
  if (call === undefined) {
    if (piece.id !== '' || piece.name !== '' || piece.arguments !== '') calls.push({ ...piece })
    return calls
  }
  call.id ||= piece.id
  call.name ||= piece.name
  call.arguments += piece.arguments
  Object.assign(call.kept, piece.kept)
  return calls
}

const findCall = (calls: readonly CallDraft[], piece: CallPiece): CallDraft | undefined => {
  const { index, id, name } = piece
  const isOwn = (call: CallDraft): boolean => index === undefined || call.index === undefined || call.index === index
  const known = id === '' ? undefined : calls.findLast((call) => call.id === id && isOwn(call))
  if (known !== undefined) return known
  const last = index === undefined ? calls.at(-1) : calls.findLast((call) => call.index === index)
  if (last === undefined || name === '' || last.name === '') return last
  if (id !== '' && last.id !== '') return undefined
  return beginsAnew(last, piece) ? undefined : last
}

/** True for a piece without a new id that repeats the name of a call whose arguments are complete, and brings others. */
const beginsAnew = (last: CallDraft, { index, arguments: text }: CallPiece): boolean => {
  const isComplete = isJsonObject(tryParseJson(last.arguments))
  return index === undefined ? isComplete || last.arguments === '' : isComplete && text.trimStart().startsWith('{')
}

export const toToolCalls = (
  calls: readonly CallDraft[],
  toOpaque: (call: CallDraft, place: number) => JsonObject | undefined,
): LlmToolCall[] =>
  withIds(
    calls.map((call, place) => {
      const opaque = toOpaque(call, place)
      const { id, name } = call
      return { id, name, arguments: toArgumentsText(call.arguments), ...(opaque !== undefined && { opaque }) }
    }),
  )
