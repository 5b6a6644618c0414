/** The replacements of `regex_replace`: text in which `\1` stands for a group, `\0` for the whole match and `\\` for a backslash. */

/** A text, or the number of a group. */
export type Insert = string | number

/** The mistake in a replacement, and the correction. */
export interface ReplacementProblem {
  message: string
  hint: string
}

export const parseReplacement = (written: string, groups: number): Insert[] | ReplacementProblem => {
  const inserts: Insert[] = []
  for (const [whole, escaped] of written.matchAll(/\\([\s\S]?)|[^\\]+/g)) {
    const group = /^\d$/.test(escaped ?? '') ? Number(escaped) : undefined
    if (group !== undefined && group > groups)
      return { message: `'${whole}' names no group: the pattern has ${groups}`, hint: describeGroups(groups) }
    if (escaped === undefined) inserts.push(whole)
    else if (escaped === '\\') inserts.push('\\')
    else if (group === undefined)
      return {
        message: `'${whole}' is no reference to a group`,
        hint: `${describeGroups(groups)}, \\\\ for a backslash`,
      }
    else inserts.push(group)
  }
  return inserts
}

const describeGroups = (groups: number): string =>
  groups === 0 ? 'write \\0 for the whole match' : `write \\1 for the first group, \\0 for the whole match`

/** Reports references of other languages to a group that the pattern has, too: they would be inserted as they are. */
export const explainReplacement = (written: string, groups: number): ReplacementProblem | undefined => {
  const parsed = parseReplacement(written, groups)
  if (!Array.isArray(parsed)) return parsed
  const foreign = /\$(?:\{(\d)\}|(\d))/.exec(written)
  const group = Number(foreign?.[1] ?? foreign?.[2] ?? Number.POSITIVE_INFINITY)
  if (foreign === null || group > groups || groups === 0) return undefined
  return { message: `'${foreign[0]}' is no reference to a group`, hint: `write \\${group} for the group` }
}
