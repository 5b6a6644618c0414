/** Reads the version in the name of a model: `claude-haiku-4-5` → [4, 5], `claude-3-7-sonnet` → [3, 7]. Undefined for a name without one. */
const findAnthropicVersion = (model: string): [major: number, minor: number] | undefined => {
  const [, before, after] = /^claude-(?:(\d[\d-]*?)-)?[a-z]+(?:-(\d+(?:-\d{1,2})?))?(?:-|$)/.exec(model) ?? []
  const [major, minor = 0] = (before ?? after)?.split('-').map(Number) ?? []
  return major === undefined ? undefined : [major, minor]
}

/** True for a model of this version or a later one. @param unknown The verdict on a name without a version. */
export const isSince = (model: string, [major, minor]: readonly [number, number], unknown: boolean): boolean => {
  const version = findAnthropicVersion(model)
  if (version === undefined) return unknown
  return version[0] > major || (version[0] === major && version[1] >= minor)
}
