/**
 * Matches a name against a pattern in which `*` is any text and `?` one character. It backtracks to the last `*` alone, so it takes at
 * most name length times pattern length, whatever the pattern.
 */
export const fitsWildcard = (name: string, pattern: string): boolean => {
  let at = 0
  let inPattern = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern++
      starAt = at
    } else if (pattern[inPattern] === '?' || pattern[inPattern] === name[at]) {
      inPattern++
      at++
    } else if (star >= 0) {
      inPattern = star + 1
      at = ++starAt
    } else return false
  }
  while (pattern[inPattern] === '*') inPattern++
  return inPattern === pattern.length
}
