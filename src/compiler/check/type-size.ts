/**
 * Limits the size of types. A type is a tree whose parts may be shared: a step that holds the output of the step before
 * it twice, which holds the one before that twice, … is small in memory and huge to walk. Types beyond a size become
 * `any`.
 */
import { ANY, type Type } from '../expression/type.ts'

const LARGEST_TYPE = 2_000

const sizes = new WeakMap<Type, number>()

/** Returns the type itself, or `any` if walking it would visit more than 2,000 parts. */
export const boundType = (type: Type): Type => (sizeOf(type) > LARGEST_TYPE ? ANY : type)

const sizeOf = (type: Type): number => {
  const known = sizes.get(type)
  if (known !== undefined) return known
  let size = 1
  for (const part of partsOf(type)) {
    size += sizeOf(part)
    if (size > LARGEST_TYPE) break
  }
  sizes.set(type, size)
  return size
}

const partsOf = (type: Type): Type[] => {
  switch (type.kind) {
    case 'list':
      return [type.item, ...(type.items ?? [])]
    case 'object':
      return [...[...type.fields.values()].map((field) => field.type), ...(type.rest === undefined ? [] : [type.rest])]
    case 'union':
      return type.members
    case 'optional':
      return [type.value]
    default:
      return []
  }
}
