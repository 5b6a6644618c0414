/**
 * Finds secrets in text, in all their forms (secret-forms.ts), and replaces each by `[secret NAME]`.
 *
 * It searches three kinds of text: a whole text; a text that comes in pieces, of which it holds back only a possible beginning of a
 * secret; and a message, in which a secret may have been cut off.
 *
 * 1. The redacted pieces together equal the redacted whole.
 */
import { followForm, formsOf, isBeginning, type SecretForm, toPatternSource } from './secret-forms.ts'
import { partsOf } from './secret-parts.ts'

/** Redacts a text that comes in pieces. */
export interface TextRedactor {
  /** Returns as much of the redacted text as is settled, and holds back the rest. */
  push(piece: string): string
  /** Returns the rest when no more comes. */
  end(): string
}

interface NamedForm {
  name: string
  form: SecretForm
}

/** Length of a cut secret that is searched for: shorter parts would be found by chance. */
const cutLength = (length: number): number => Math.min(length, Math.max(8, Math.ceil(length / 3)))

export class SecretPattern {
  readonly #forms: readonly NamedForm[]
  readonly #whole: RegExp
  /** Both are created when they are first needed. */
  #cut: RegExp | undefined
  #first: RegExp | undefined
  /** Length of the longest form, in characters as written. */
  readonly #longest: number

  /** @param values By name; at least one. */
  constructor(values: ReadonlyMap<string, string>) {
    this.#forms = [...values]
      .flatMap(([name, value]) => partsOf(value).flatMap((part) => formsOf(part).map((form) => ({ name, form }))))
      // The longest of secrets that contain each other wins.
      .sort((a, b) => b.form.length - a.form.length)
    this.#whole = toPattern(this.#forms.map(({ form }) => form))
    this.#longest = Math.max(...this.#forms.map(({ form }) => longestText(form)))
  }

  replace(text: string): string {
    return text.replace(this.#whole, (...match) => this.#label(match))
  }

  /** As `replace`, and replaces a secret that was cut off too, from its first third on. For messages, not for data. */
  replaceCut(text: string): string {
    this.#cut ??= toPattern(this.#forms.map(({ form }) => form.slice(0, cutLength(form.length))))
    let told = ''
    let at = 0
    for (;;) {
      this.#cut.lastIndex = at
      const match = this.#cut.exec(text)
      if (match === null) return told + text.slice(at)
      const { name, form } = this.#formOf(match)
      told += `${text.slice(at, match.index)}[secret ${name}]`
      at = followForm(text, match.index + match[0].length, form.slice(cutLength(form.length)))
    }
  }

  startText(): TextRedactor {
    let held = ''
    return {
      push: (piece) => {
        const [told, rest] = this.#tell(held + piece)
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

  /** Splits a text that may go on into its settled part, redacted, and the rest. */
  #tell(text: string): [told: string, held: string] {
    let told = ''
    let at = 0
    for (;;) {
      const open = this.#findOpen(text, at)
      this.#whole.lastIndex = at
      const match = this.#whole.exec(text)
      if (match === null || match.index >= open) return [told + text.slice(at, open), text.slice(open)]
      told += text.slice(at, match.index) + this.#label(match)
      at = match.index + match[0].length
    }
  }

  /** Index of the first secret that the end of the text may have cut in two. */
  #findOpen(text: string, from: number): number {
    this.#first ??= new RegExp(
      `[${[...new Set(this.#forms.flatMap(firstCharacters))].map(RegExp.escape).join('')}]`,
      'g',
    )
    const first = this.#first
    first.lastIndex = Math.max(from, text.length - this.#longest)
    for (let found = first.exec(text); found !== null; found = first.exec(text))
      if (this.#forms.some(({ form }) => isBeginning(text, found?.index ?? 0, form))) return found.index
    return text.length
  }

  #label(match: readonly unknown[]): string {
    return `[secret ${this.#formOf(match).name}]`
  }

  /** Each form has its own group. */
  #formOf(match: readonly unknown[]): NamedForm {
    const group = this.#forms.findIndex((_, index) => match[index + 1] !== undefined)
    return this.#forms[group] ?? { name: '', form: [] }
  }
}

const toPattern = (forms: readonly SecretForm[]): RegExp =>
  new RegExp(forms.map((form) => `(${toPatternSource(form)})`).join('|'), 'g')

const longestText = (form: SecretForm): number => form.reduce((length, [longest = '']) => length + longest.length, 0)

const firstCharacters = ({ form: [ways = []] }: NamedForm): string[] => ways.map((way) => way.charAt(0))
