/**
 * Finds secrets in text, in all their forms (secret-forms.ts) and however they are escaped (escapes.ts), and replaces each by
 * `[secret NAME]`.
 *
 * It searches three kinds of text: a whole text; a text that comes in pieces, of which it holds back only a possible beginning of a
 * secret; and a message, in which a secret may have been cut off.
 *
 * 1. The redacted pieces together equal the redacted whole.
 * 2. A text without a place where a secret may begin is returned as it is, after one regular expression. At each such place the search
 *    takes time by the length of the secret at most.
 */
import { toCandidatePattern } from './candidate-pattern.ts'
import { FormSearch } from './form-search.ts'
import { firstValues, formsOf, type SecretForm } from './secret-forms.ts'
import { partsOf } from './secret-parts.ts'

/** Redacts a text that comes in pieces. */
export interface TextRedactor {
  /** Returns as much of the redacted text as is settled, and holds back the rest. */
  push(piece: string): string
  /** Returns the rest when no more comes. */
  end(): string
}

interface NamedForm extends SecretForm {
  name: string
}

type Mode = 'whole' | 'cut' | 'open'

/** A secret in the text; without a name: it may go on, so that nothing from its beginning on is settled. */
interface Finding {
  name: string | undefined
  at: number
  end: number
}

/** Length of a cut secret that is searched for: shorter parts would be found by chance. */
const cutLength = (length: number): number => Math.min(length, Math.max(8, Math.ceil(length / 3)))

export class SecretPattern {
  /** By the first value. The longest of secrets that contain each other is first, and wins. */
  readonly #forms = new Map<number, NamedForm[]>()
  readonly #all: readonly NamedForm[]
  readonly #shortest: Readonly<Record<Mode, number>>
  readonly #candidates: RegExp
  /** Made at the first use. */
  #openCandidates: RegExp | undefined

  /** @param values By name; at least one. */
  constructor(values: ReadonlyMap<string, string>) {
    this.#all = [...values]
      .flatMap(([name, value]) => partsOf(value).flatMap((part) => formsOf(part).map((form) => ({ name, ...form }))))
      .sort((a, b) => b.steps.length - a.steps.length)
    for (const form of this.#all)
      for (const value of new Set(form.steps.slice(0, 1).flatMap(firstValues)))
        this.#forms.set(value, [...(this.#forms.get(value) ?? []), form])
    const lengths = this.#all.map(({ steps }) => steps.length)
    this.#shortest = { whole: Math.min(...lengths), cut: Math.min(...lengths.map(cutLength)), open: 1 }
    this.#candidates = toCandidatePattern(this.#all, { isCut: false })
  }

  replace(text: string): string {
    return this.#begins(text, 'whole') ? this.#replace(text, 'whole')[0] : text
  }

  /** As `replace`, and replaces a secret that was cut off too, from its first third on. For messages, not for data. */
  replaceCut(text: string): string {
    return this.#begins(text, 'cut') ? this.#replace(text, 'cut')[0] : text
  }

  startText(): TextRedactor {
    let held = ''
    return {
      push: (piece) => {
        const text = held + piece
        held = ''
        if (!this.#begins(text, 'open')) return text
        const [told, rest] = this.#replace(text, 'open')
        held = rest
        return told
      },
      end: () => {
        const rest = this.replace(held)
        held = ''
        return rest
      },
    }
  }

  /** True when the text has a candidate, where `#replace` goes on. Nothing is allocated for a text without. */
  #begins(text: string, mode: Mode): boolean {
    const candidates = this.#candidatesOf(mode)
    candidates.lastIndex = 0
    return text.length >= this.#shortest[mode] && candidates.test(text)
  }

  /** Splits a text into its settled part, redacted, and the rest. */
  #replace(text: string, mode: Mode): [told: string, held: string] {
    const candidates = this.#candidatesOf(mode)
    const search = new FormSearch(text)
    let told = ''
    let copied = 0
    for (let more = true; more; more = candidates.test(text)) {
      // A candidate is one character; the pattern only looks at what follows it.
      const at = candidates.lastIndex - 1
      const found = this.#findAt(at, search, mode)
      if (found === undefined) continue
      told += text.slice(copied, at)
      if (found.name === undefined) return [told, text.slice(at)]
      told += `[secret ${found.name}]`
      copied = found.end
      candidates.lastIndex = found.end
    }
    return [copied === 0 ? text : told + text.slice(copied), '']
  }

  #candidatesOf(mode: Mode): RegExp {
    if (mode !== 'open') return this.#candidates
    this.#openCandidates ??= toCandidatePattern(this.#all, { isCut: true })
    return this.#openCandidates
  }

  #findAt(at: number, search: FormSearch, mode: Mode): Finding | undefined {
    const values = search.valuesAt(at, this.#forms)
    if (mode === 'open' && search.isOpen) return { name: undefined, at, end: at }
    let best: Finding | undefined
    for (const form of this.#formsOf(values)) {
      search.follow(form, at)
      if (mode === 'open' && search.isOpen) return { name: undefined, at, end: at }
      const { length } = form.steps
      if (search.matched < (mode === 'cut' ? cutLength(length) : length)) continue
      const found = { name: form.name, at, end: search.end }
      if (mode !== 'cut') return found
      if (best === undefined || found.end > best.end) best = found
    }
    return best
  }

  #formsOf([first, ...others]: readonly number[]): readonly NamedForm[] {
    const list = (first === undefined ? undefined : this.#forms.get(first)) ?? []
    if (others.length === 0) return list
    const all = new Set([...list, ...others.flatMap((value) => this.#forms.get(value) ?? [])])
    return [...all].sort((a, b) => b.steps.length - a.steps.length)
  }
}
