/**
 * Search for a part of a text in linear time (Knuth, Morris, Pratt), charged by the characters that were looked at. The engine's own
 * `indexOf` needs the product of both lengths for a text such as `aaa…` and a part such as `baaa…`.
 */
import { fail, textWork, type Work } from '../evaluation.ts'

/** Characters that a loop looks at for one visit. */
const CHARACTERS_A_VISIT = 24

export interface TextSearch {
  /** The next place of the part at or after `from`, in code units; -1: none. An empty part is at each place. */
  next(from: number): number
  /** The last place of the part at or before `to`; -1: none. */
  last(to: number): number
}

export const createTextSearch = (text: string, part: string, work: Work): TextSearch => {
  if (part.length === 0)
    return { next: (from) => (from <= text.length ? from : -1), last: (to) => Math.min(to, text.length) }
  if (part.length > text.length) return { next: () => -1, last: () => -1 }
  work.charge(textWork(part.length * 4))
  const search = { text, part, fallbacks: part.length === 1 ? NONE : toFallbacks(part), work }
  return {
    next: (from) => scan(search, from, () => true),
    last(to) {
      let last = -1
      scan(search, 0, (place) => {
        if (place <= to) last = place
        return place >= to
      })
      return last
    },
  }
}

const NONE = new Int32Array(1)

interface Search {
  text: string
  part: string
  /** For each prefix of the part, the length of its longest proper prefix that it ends with. */
  fallbacks: Int32Array
  work: Work
}

const toFallbacks = (part: string): Int32Array => {
  const fallbacks = new Int32Array(part.length)
  let length = 0
  for (let at = 1; at < part.length; at++) {
    const unit = part.charCodeAt(at)
    while (length > 0 && part.charCodeAt(length) !== unit) length = fallbacks[length - 1] ?? 0
    if (part.charCodeAt(length) === unit) length++
    fallbacks[at] = length
  }
  return fallbacks
}

/** Visits the places from left to right, those that overlap too, until `isEnough`. Returns the last place that it visited, or -1 at the end. */
const scan = ({ text, part, fallbacks, work }: Search, from: number, isEnough: (place: number) => boolean): number => {
  const first = part.charAt(0)
  let matched = 0
  let charged = from
  for (let at = from; at < text.length; at++) {
    if (matched === 0) {
      // The engine finds a single character many times faster than a loop.
      const start = text.indexOf(first, at)
      const end = start === -1 ? text.length : start
      work.charge(textWork(end - at))
      charged += end - at
      if (start === -1) break
      at = start
    }
    const unit = text.charCodeAt(at)
    while (matched > 0 && part.charCodeAt(matched) !== unit) matched = fallbacks[matched - 1] ?? 0
    if (part.charCodeAt(matched) === unit) matched++
    if (at - charged >= CHARACTERS_A_VISIT) {
      work.charge(1)
      charged = at
    }
    if (matched === part.length) {
      const place = at + 1 - part.length
      if (isEnough(place)) return place
      matched = fallbacks[matched - 1] ?? 0
    }
  }
  return -1
}

const VISITS_A_PLACE = 1 / 2

/** All places of the part that don't overlap, from left to right; an empty part is before each character and at the end. */
export const findPlaces = (text: string, part: string, { most, work }: { most: number; work: Work }): number[] => {
  const search = createTextSearch(text, part, work)
  const places: number[] = []
  for (let from = 0; places.length < most; ) {
    const place = search.next(from)
    if (place === -1) break
    places.push(place)
    work.charge(VISITS_A_PLACE)
    from = place + (part.length === 0 ? widthAt(text, place) : part.length)
  }
  return places
}

/** Code units of the character at a place; 1 at the end. */
const widthAt = (text: string, place: number): number => ((text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1)

/** Reads how many places are meant: all of them if it is absent or negative. */
export const toMost = (count: number): number => {
  if (!Number.isInteger(count)) return fail(`${count} is no count: expected a whole number`)
  return count < 0 ? Number.POSITIVE_INFINITY : count
}
