/**
 * Follows the forms of secrets through one text, with all readings of its escapes (escapes.ts). It keeps the places at which the text may
 * continue a form; there is nearly always one.
 *
 * A followed form takes time by its own length, wherever the text leads: places are merged, and their number is bounded.
 */
import { EscapeReader, isEscape } from './escapes.ts'
import type { FormStep, SecretForm } from './secret-forms.ts'

const MOST_PLACES = 8
/** Blanks and line breaks between two digits of Base64. */
const LONGEST_BREAK = 24
const NONE = -1

const EQUALS = 0x3d
const PLUS = 0x2b
const SPACE = 0x20
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const QUOTES: readonly number[] = [0x22, 0x27]

export class FormSearch {
  readonly #text: string
  readonly #escapes: EscapeReader
  /** Two lists in turn, so that a step makes none. */
  #places: number[] = []
  #next: number[] = []
  /** Results of the last `follow`: steps that matched, the index behind them, and whether more text may change either. */
  matched = 0
  end = 0
  isOpen = false

  constructor(text: string) {
    this.#text = text
    this.#escapes = new EscapeReader(text)
  }

  /** Lists the values of a set that may stand at `at`: the character, and its escapes. Sets `isOpen`. */
  valuesAt(at: number, among: { has(value: number): boolean }): number[] {
    const unit = this.#text.charCodeAt(at)
    const found: number[] = []
    this.isOpen = false
    if (among.has(unit)) found.push(unit)
    if (unit === PLUS && among.has(SPACE)) found.push(SPACE)
    if (!isEscape(unit)) return found
    this.#escapes.read(at)
    this.isOpen = this.#escapes.isOpen
    for (const value of this.#escapes.values) if (among.has(value)) found.push(value)
    return found
  }

  /** Follows a form from `at` as far as the text does. */
  follow(form: SecretForm, at: number): void {
    this.matched = 0
    this.end = at
    this.isOpen = false
    if (!this.#followPlain(form)) this.#followPlaces(form)
  }

  /** Follows characters that can be read in one way alone. True when that settles the form. */
  #followPlain({ steps, hasLines }: SecretForm): boolean {
    for (const { values, sequences } of steps) {
      if (this.end >= this.#text.length) break
      const unit = this.#text.charCodeAt(this.end)
      if (sequences.length > 0 || isEscape(unit) || QUOTES.includes(unit) || (hasLines && isFeed(unit))) return false
      if (!values.includes(unit) && !(unit === PLUS && values.includes(SPACE))) return true
      this.matched++
      this.end++
    }
    this.isOpen = this.matched < steps.length
    return true
  }

  #followPlaces({ steps, hasLines }: SecretForm): void {
    this.#places.length = 0
    this.#places.push(this.end)
    for (let step = steps[this.matched]; step !== undefined; step = steps[this.matched]) {
      const places = this.#places
      const next = this.#next
      next.length = 0
      for (const place of places) {
        this.#accept(step, place, next)
        const behind = this.matched === 0 ? NONE : this.#behindBreak(place, hasLines)
        if (behind !== NONE) this.#accept(step, behind, next)
      }
      if (next.length === 0) return
      for (const place of next) if (place > this.end) this.end = place
      this.#places = next
      this.#next = places
      this.matched++
    }
  }

  #accept({ values, sequences }: FormStep, place: number, next: number[]): void {
    for (const value of values) this.#acceptValue(value, place, next)
    for (const sequence of sequences) {
      let places = [place]
      for (const value of sequence) {
        const behind: number[] = []
        for (const one of places) this.#acceptValue(value, one, behind)
        places = behind
      }
      for (const one of places) add(next, one)
    }
  }

  #acceptValue(value: number, place: number, next: number[]): void {
    if (place >= this.#text.length) {
      this.isOpen = true
      return
    }
    const unit = this.#text.charCodeAt(place)
    if (unit === value || (unit === PLUS && value === SPACE)) add(next, place + 1)
    if (unit === value && QUOTES.includes(unit)) this.#acceptDoubled(unit, place, next)
    if (isEscape(unit)) this.#acceptEscaped(value, place, next)
  }

  /** CSV and SQL write a quote twice. */
  #acceptDoubled(quote: number, place: number, next: number[]): void {
    if (place + 1 >= this.#text.length) this.isOpen = true
    else if (this.#text.charCodeAt(place + 1) === quote) add(next, place + 2)
  }

  #acceptEscaped(value: number, place: number, next: number[]): void {
    const { values, ends } = this.#escapes
    this.#escapes.read(place)
    if (this.#escapes.isOpen) this.isOpen = true
    for (let index = 0; index < values.length; index++) if (values[index] === value) add(next, ends[index] ?? NONE)
  }

  /** Index behind a break of the line at `place`: `=` and a line break of quoted-printable; in Base64 any line break, escaped or not. */
  #behindBreak(place: number, hasLines: boolean): number {
    const unit = this.#text.charCodeAt(place)
    if (unit === EQUALS) {
      const behind = this.#behindLineBreak(place + 1)
      if (behind !== place + 1) return behind
    }
    return hasLines ? this.#behindBlanks(place) : NONE
  }

  #behindLineBreak(at: number): number {
    if (at >= this.#text.length) this.isOpen = true
    const isReturn = this.#text.charCodeAt(at) === CARRIAGE_RETURN
    if (isReturn && at + 1 >= this.#text.length) this.isOpen = true
    const feed = isReturn ? at + 1 : at
    return this.#text.charCodeAt(feed) === LINE_FEED ? feed + 1 : at
  }

  #behindBlanks(from: number): number {
    let at = this.#behindFeed(from)
    if (at === from) return NONE
    for (let next = at; at < from + LONGEST_BREAK; at = next) {
      const unit = this.#text.charCodeAt(at)
      next = unit === SPACE || unit === 0x09 ? at + 1 : this.#behindFeed(at)
      if (next === at) break
    }
    return at
  }

  /** Index behind a CR or LF at `at`, escaped or not; `at` where there is none. */
  #behindFeed(at: number): number {
    const unit = this.#text.charCodeAt(at)
    if (isFeed(unit)) return at + 1
    if (!isEscape(unit)) return at
    this.#escapes.read(at)
    if (this.#escapes.isOpen) this.isOpen = true
    const found = this.#escapes.values.findIndex(isFeed)
    return this.#escapes.ends[found] ?? at
  }
}

const isFeed = (value: number): boolean => value === CARRIAGE_RETURN || value === LINE_FEED

const add = (places: number[], place: number): void => {
  if (places.length < MOST_PLACES && !places.includes(place)) places.push(place)
}
