/**
 * Finds the JSON in an answer whose JSON is asked for. Models put thoughts before it, a code fence around it and words beside it. Text in
 * which not exactly one JSON value stands is returned as it is, for the actor to judge.
 */
import { tryParseJson } from '../../core/json.ts'
import { END_OF_THOUGHTS, removeThoughts } from './thoughts.ts'

export const findAnswerJson = (text: string): string => {
  const bare = text.replace(/^\ufeff/, '').trim()
  if (isJson(bare)) return bare
  const answer = stripThoughts(bare)
  if (isJson(answer)) return answer
  return findFenced(answer) ?? findEmbedded(answer) ?? (answer === bare ? text : answer)
}

const isJson = (text: string): boolean => tryParseJson(text) !== undefined

const stripThoughts = (text: string): string => removeThoughts(text).replace(END_OF_THOUGHTS, '').trim()

const FENCE = /`{3,}|~{3,}/g
const FENCE_WORDS = /[^\n`~{["]*\n?/y

/** No answer has more fences without an end, and each costs a walk. */
const MOST_OPEN_FENCES = 20

/** Takes the content of the only fence that holds JSON. A fence ends at the next one of its character that is as long. */
const findFenced = (text: string): string | undefined => {
  const fences = [...text.matchAll(FENCE)].map(({ 0: mark, index }) => ({ mark, index }))
  const found: string[] = []
  let open = 0
  for (let at = 0; at < fences.length && open < MOST_OPEN_FENCES; at++) {
    const { mark = '', index = 0 } = fences[at] ?? {}
    let last = at + 1
    while (last < fences.length && fences[last]?.mark.startsWith(mark) === false) last++
    const end = fences[last]?.index
    if (end === undefined) open++
    else {
      FENCE_WORDS.lastIndex = index + mark.length
      FENCE_WORDS.exec(text)
      const content = text.slice(FENCE_WORDS.lastIndex, end).trim()
      if (isJson(content)) found.push(content)
      at = last
    }
  }
  return found.length === 1 ? found[0] : undefined
}

/** No answer has more brackets that begin no JSON, and each costs a walk. */
const MOST_STARTS = 200

/** Characters that all walks may look at, for some milliseconds. */
const MOST_LOOKS = 2_000_000

/** Takes the only object or list that stands among words. */
const findEmbedded = (text: string): string | undefined => {
  const found: string[] = []
  let starts = 0
  let looks = 0
  for (let at = nextStart(text, 0); at >= 0 && starts < MOST_STARTS && looks < MOST_LOOKS; starts++) {
    const end = findEnd(text, at)
    looks += (end ?? text.length) - at
    const part = end === undefined ? '' : text.slice(at, end)
    const isFound = isJson(part) && isStructured(part)
    if (isFound) found.push(part)
    if (found.length > 1) return undefined
    at = nextStart(text, isFound && end !== undefined ? end : at + 1)
  }
  return found[0]
}

/** False for `[1]` and `{}`, which stand for a note or a place in words. */
const isStructured = (part: string): boolean => /[":]/.test(part) || !/^(\[[\d\s,]*\]|\{\s*\})$/.test(part)

const nextStart = (text: string, from: number): number => {
  const at = text.slice(from).search(/[{[]/)
  return at < 0 ? -1 : from + at
}

/** The place behind the bracket that closes the one at `start`. Undefined: none does. */
const findEnd = (text: string, start: number): number | undefined => {
  let depth = 0
  let isText = false
  for (let at = start; at < text.length; at++) {
    const sign = text[at]
    if (isText) {
      if (sign === '\\') at++
      else if (sign === '"') isText = false
    } else if (sign === '"') isText = true
    else if (sign === '{' || sign === '[') depth++
    else if ((sign === '}' || sign === ']') && --depth === 0) return at + 1
  }
  return undefined
}
