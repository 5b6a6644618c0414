import { realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { GrantPlace } from '../../compiler/config.ts'
import { parseDatabaseAddress, toGrantedUrl } from '../../store/database-address.ts'

/** @param folder Absolute: the project's folder, base of relative paths. */
export const createGrantPlace = (folder: string): GrantPlace => {
  const home = resolveLinks(folder)
  const locate = (path: string): string => resolveLinks(resolve(folder, path))
  const locateOutside = (path: string): string | undefined => {
    const place = locate(path)
    return isInside(place, home) ? undefined : place
  }
  return {
    locate,
    locateOutside,
    locateDatabaseOutside(address) {
      const database = parseDatabaseAddress(address, folder)
      if (database.kind === 'postgres') return toGrantedUrl(database.url)
      return database.kind === 'sqlite' ? locateOutside(database.path) : undefined
    },
  }
}

/** Resolves the links of the part of the path that exists, so that a link in a repository can't lead out of it unseen. */
export const resolveLinks = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(resolveLinks(parent), basename(path))
  }
}

/** True: `place` is `folder` or below it. Both are absolute, with links resolved. */
export const isInside = (place: string, folder: string): boolean =>
  !/^(\.\.([/\\]|$)|[/\\]|[a-z]:)/i.test(relative(folder, place))
