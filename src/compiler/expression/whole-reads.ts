/** Finds outputs of steps that an expression passes on as they are: alone, in a list or a map, or as a branch of a condition. */
import type { Expression } from './expression.ts'
import { parseExpression } from './parse-expression.ts'

export interface WholeRead {
  step: string
  /** The one field of the output that is passed on; undefined: all of it. */
  field: string | undefined
}

/** Most expressions read no output. */
const MAY_READ = /\boutput\b/

export const findWholeReads = (text: string): WholeRead[] => {
  const parsed = MAY_READ.test(text) ? parseExpression(text) : undefined
  return parsed?.ok === true ? readsIn(parsed.ast) : []
}

const readsIn = (node: Expression): WholeRead[] => {
  switch (node.kind) {
    case 'conditional':
      return [...readsIn(node.whenTrue), ...readsIn(node.whenFalse)]
    case 'list':
      return node.items.flatMap(readsIn)
    case 'map':
      return node.entries.flatMap(({ value }) => readsIn(value))
    case 'field': {
      const read = toRead(node)
      return read === undefined ? [] : [read]
    }
    // One item of a list.
    case 'index':
      return readsIn(node.object)
    default:
      return []
  }
}

/** `steps.x.output`, `steps.x.output.y`. */
const toRead = (node: Expression): WholeRead | undefined => {
  const [root, step, output, field, ...others] = namesOf(node) ?? []
  if (root !== 'steps' || step === undefined || output !== 'output' || others.length > 0) return undefined
  return { step, field }
}

const namesOf = (node: Expression): string[] | undefined => {
  if (node.kind === 'name') return [node.name]
  const names = node.kind === 'field' ? namesOf(node.object) : undefined
  return names === undefined || node.kind !== 'field' ? undefined : [...names, node.name]
}
