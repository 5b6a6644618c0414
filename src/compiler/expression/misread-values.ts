/** Finds the scalars in a value that YAML reads as another one than is written, where their place does not take a number alone. */
import { type Correction, correct } from '../correction.ts'
import { findMisread, type Misread, type Wanted } from '../read/misread-value.ts'
import type { Range } from '../source.ts'
import type { ValueNode } from '../value-node.ts'
import { ANY, membersOf, type Type } from './type.ts'

export interface MisreadOptions {
  /** Type of the values that the place takes. */
  expected: Type
  /** The key that holds the value. Default: it has none. */
  subject?: string | undefined
  /** The text of the file. */
  text: string
  /** Texts in it are expressions. Default false. */
  isBare?: boolean
}

export interface MisreadFinding extends Pick<Misread, 'fits'> {
  range: Range
  message: string
  hint: Correction
}

export const findMisreads = (node: ValueNode, options: MisreadOptions): MisreadFinding[] => {
  const { expected, subject, text, isBare = false } = options
  switch (node.kind) {
    case 'literal': {
      const { range, value } = node
      const wanted = toWanted(expected)
      const found = findMisread({ written: text.slice(range.start, range.end), value }, { wanted, isBare })
      if (found === undefined) return []
      const { problem, replacement, fits } = found
      const hint = correct(found.hint, { ...range, text: replacement })
      return [{ range, message: `${subject === undefined ? 'the value' : `'${subject}'`} ${problem}`, hint, fits }]
    }
    case 'list':
      return node.items.flatMap((item, index) =>
        findMisreads(item, { ...options, expected: itemOf(expected), subject: subject && `${subject}[${index}]` }),
      )
    case 'map':
      return node.entries.flatMap(({ key, value }) =>
        findMisreads(value, { ...options, expected: fieldOf(expected, key.value), subject: key.value }),
      )
    default:
      return []
  }
}

const toWanted = (type: Type): Wanted => {
  const kinds = membersOf(type.kind === 'optional' ? type.value : type).map((member) =>
    member.kind === 'literal' ? typeof member.value : member.kind,
  )
  const isAny = kinds.includes('any')
  if (!isAny && !kinds.includes('string')) return 'number'
  return isAny || kinds.includes('number') ? 'any' : 'text'
}

/** A place of which it is not known what it takes takes anything. */
const itemOf = (type: Type): Type => {
  const [list, ...others] = membersOf(type).filter(({ kind }) => kind === 'list')
  return list?.kind === 'list' && others.length === 0 ? list.item : ANY
}

const fieldOf = (type: Type, name: string): Type => {
  const [object, ...others] = membersOf(type).filter(({ kind }) => kind === 'object')
  if (object?.kind !== 'object' || others.length > 0) return ANY
  return object.fields.get(name)?.type ?? object.rest ?? ANY
}
