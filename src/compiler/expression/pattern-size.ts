/** Estimates how large a regular expression is when its repeats are written out, without compiling it. */

/** An escape, a class, the opening of a group, a quantifier, or any other character. */
const TOKEN =
  /\\(?:[pP]\{[^}]*\}|[\s\S])?|\[\^?\]?(?:[^\]\\]|\\[\s\S])*\]?|\((?:\?[^:)>]*[:>)])?|\{(\d+)(,(\d*))?\}|[\s\S]/g

/** Counts the parts of a pattern of RE2, each as often as its quantifiers repeat it. */
export const estimateProgram = (pattern: string): number => {
  /** Sizes of the open groups, outermost first, and of the last part in each. */
  const open: Group[] = [{ size: 0, last: 0 }]
  for (const [token, least, comma, most] of pattern.matchAll(TOKEN)) {
    const group = open.at(-1) ?? { size: 0, last: 0 }
    if (least !== undefined) repeat(group, Math.max(1, Number(least), Number(most ?? 0) + Number(comma === ',')))
    else if (token.startsWith('(') && !token.endsWith(')')) open.push({ size: 0, last: 0 })
    else if (token === ')' && open.length > 1) add(open.at(-2) ?? group, (open.pop()?.size ?? 0) + 2)
    else add(group, 1)
  }
  return open.reduce((sum, { size }) => sum + size, 0)
}

interface Group {
  size: number
  last: number
}

const add = (group: Group, size: number): void => {
  group.size += size
  group.last = size
}

const repeat = (group: Group, times: number): void => {
  group.size += group.last * (times - 1)
  group.last *= times
}
