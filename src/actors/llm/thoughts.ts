/**
 * Thoughts that a model writes into its text, before the answer: `<think>…</think>`. They are no part of the answer, as they are not where
 * a server reports them in a field of their own.
 *
 * 1. Only thoughts before the first word of the answer are cut. Marks behind it belong to the text.
 * 2. The thoughts and the text make up all that the model wrote, so that the thoughts of a turn with calls go back as they came.
 * 3. Thoughts that never end are thoughts up to the end of the answer.
 */
import { isJsonObject } from '../../core/json.ts'
import type { LlmMessage } from '../../core/llm.ts'
import type { LlmAnswer } from './provider.ts'

interface Mark {
  open: string
  close: string
}

const MARKS: readonly Mark[] = [
  ...['think', 'thinking', 'thought', 'reasoning', 'seed:think'].map((name) => ({
    open: `<${name}>`,
    close: `</${name}>`,
  })),
  // Mistral's models that reason, behind servers that do not know them.
  { open: '[think]', close: '[/think]' },
]

const toPattern = (text: string): string => text.replace(/[[\]/]/g, '\\$&')

/** A template that opens the thoughts itself leaves only their end in the answer. */
export const END_OF_THOUGHTS = new RegExp(`^[\\s\\S]*(?:${MARKS.map(({ close }) => toPattern(close)).join('|')})`, 'i')

const ANY_OPEN = new RegExp(MARKS.map(({ open }) => toPattern(open)).join('|'), 'i')
/** Removes thoughts that have an end, wherever they stand. One walk: marks without an end are looked for once. */
export const removeThoughts = (text: string): string => {
  const opening = new RegExp(ANY_OPEN, 'gi')
  const endless = new Set<string>()
  let kept = ''
  let from = 0
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const close = MARKS.find(({ open }) => open === found?.[0].toLowerCase())?.close ?? ''
    if (endless.has(close)) continue
    const end = new RegExp(toPattern(close), 'gi')
    end.lastIndex = opening.lastIndex
    if (!end.test(text)) {
      endless.add(close)
      continue
    }
    kept += text.slice(from, found.index)
    from = end.lastIndex
    opening.lastIndex = from
  }
  return kept + text.slice(from)
}

/** The end of thoughts on a line of its own. */
const END_LINE = new RegExp(`^[ \\t]*(?:${MARKS.map(({ close }) => toPattern(close)).join('|')})[ \\t\\r]*$`, 'im')

export interface SplitText {
  thoughts: string
  text: string
}

export const splitThoughts = (whole: string): SplitText => {
  const filter = createThoughtFilter()
  const text = filter.take(whole) + filter.end()
  const thoughts = whole.slice(0, whole.length - text.length)
  return thoughts === '' ? splitAtEnd(whole) : { thoughts, text }
}

/** Splits an answer whose thoughts were opened by the template. Words about such a mark have it on a line with others, or open it before. */
const splitAtEnd = (whole: string): SplitText => {
  const end = END_LINE.exec(whole)
  if (end === null || ANY_OPEN.test(whole.slice(0, end.index))) return { thoughts: '', text: whole }
  const text = whole.slice(end.index + end[0].length).trimStart()
  return { thoughts: whole.slice(0, whole.length - text.length), text }
}

export interface ThoughtFilter {
  /** Takes a piece of the text, however small, and returns what of the answer is known now. */
  take(piece: string): string
  /** Returns the rest of the answer. */
  end(): string
}

/** Cuts the thoughts before an answer that comes in pieces. */
export const createThoughtFilter = (): ThoughtFilter => {
  /** Blanks before a mark or a word, and pieces that may become a mark. */
  let blanks = ''
  let held = ''
  let inside: { close: string; pattern: RegExp } | undefined
  let hasThoughts = false
  let isText = false

  /** True: the thoughts have ended in `held`. */
  const leave = ({ close, pattern }: { close: string; pattern: RegExp }): boolean => {
    const at = held.search(pattern)
    held = held.slice(at < 0 ? Math.max(0, held.length - close.length + 1) : at + close.length)
    return at >= 0
  }

  const begin = (): string => {
    const lead = hasThoughts ? held : blanks + held
    isText = lead !== ''
    held = ''
    return lead
  }

  return {
    take(piece) {
      if (isText) return piece
      held += piece
      for (;;) {
        if (inside !== undefined && !leave(inside)) return ''
        inside = undefined
        const lead = held.trimStart()
        blanks += held.slice(0, held.length - lead.length)
        held = lead
        const found = findMark(lead)
        if (found === 'none') return begin()
        if (found === 'open') return ''
        hasThoughts = true
        held = lead.slice(found.open.length)
        inside = { close: found.close, pattern: new RegExp(toPattern(found.close), 'i') }
      }
    },
    end: () => (isText || inside !== undefined ? '' : begin()),
  }
}

/** `open`: with more text it may become a mark. */
const findMark = (lead: string): Mark | 'open' | 'none' => {
  const start = lead.slice(0, LONGEST).toLowerCase()
  const mark = MARKS.find(({ open }) => start.startsWith(open))
  return mark ?? (MARKS.some(({ open }) => open.startsWith(start)) ? 'open' : 'none')
}

const LONGEST = Math.max(...MARKS.map(({ open }) => open.length))

/** Cuts the thoughts out of an answer, and keeps them with its first call. @param from Name of the provider. */
export const cutThoughts = (answer: LlmAnswer, from: string): LlmAnswer => {
  const { thoughts, text } = splitThoughts(answer.text)
  if (thoughts === '') return answer
  const [first, ...rest] = answer.toolCalls
  if (first === undefined) return { ...answer, text, thoughts }
  const kept = { ...first, opaque: { ...first.opaque, thoughts: { from, text: thoughts } } }
  return { ...answer, text, thoughts, toolCalls: [kept, ...rest] }
}

/** Puts the thoughts of a turn back before its text, for the provider that they came from. */
export const putThoughtsBack = (message: LlmMessage, to: string): LlmMessage => {
  const kept = message.role === 'assistant' ? message.tool_calls?.[0]?.opaque?.thoughts : undefined
  if (!isJsonObject(kept) || kept.from !== to || typeof kept.text !== 'string') return message
  return { ...message, content: kept.text + message.content }
}
