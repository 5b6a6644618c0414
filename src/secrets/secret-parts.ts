/** Shorter parts of a path are ordinary words. */
const SHORTEST_IN_PATH = 16
/** Limit for secrets themselves. */
const SHORTEST = 8

/**
 * Lists the parts of a secret that are secret by themselves: the value, and where it is an address (of a hook, a database) its normal
 * form, its password, the values of its query, and its path with each long part. Servers repeat these without the host.
 */
export const partsOf = (value: string): string[] => {
  const url = /^[a-z][\w+.-]*:\/\//i.test(value) ? URL.parse(value) : null
  if (url === null) return [value]
  const { href, password, pathname, search, searchParams } = url
  const inPath = [pathname + search, pathname, ...pathname.split('/')].filter((part) => part.length >= SHORTEST_IN_PATH)
  const others = [password, ...searchParams.values()].filter((part) => part.length >= SHORTEST)
  return [...new Set([value, href, ...[...inPath, ...others].flatMap((part) => [part, decode(part)])])]
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
