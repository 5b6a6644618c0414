/** Matches names of models with entries of the price list. */

export type ModelMatch =
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { regex: string }
  | { or: ModelMatch[] }
  | { and: ModelMatch[] }

/** @param name In lower case. */
export const matchesModel = (match: ModelMatch, name: string): boolean => {
  if ('or' in match) return match.or.some((one) => matchesModel(one, name))
  if ('and' in match) return match.and.every((one) => matchesModel(one, name))
  if ('equals' in match) return name === match.equals.toLowerCase()
  if ('starts_with' in match) return name.startsWith(match.starts_with.toLowerCase())
  if ('ends_with' in match) return name.endsWith(match.ends_with.toLowerCase())
  if ('contains' in match) return name.includes(match.contains.toLowerCase())
  return new RegExp(match.regex).test(name)
}

/** Vendors write the date of a model in two ways: `-20250514` → `-2025-05-14`. */
export const withDashedDate = (name: string): string =>
  name.replace(/-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3')
