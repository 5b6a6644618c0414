import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Docker and Podman leave these files. */
const MARKS = ['.dockerenv', 'run/.containerenv']

/** Names that engines give to the control groups of their containers. */
const GROUPS = /docker|containerd|kubepods|libpod|crio|lxc/

/** True in a container, whose loopback addresses are not those of its host. @param root The root of the file system. */
export const isInContainer = (root = '/'): boolean =>
  MARKS.some((mark) => existsSync(join(root, mark))) || GROUPS.test(readGroups(join(root, 'proc/1/cgroup')))

/** Empty on systems other than Linux, which have no control groups. */
const readGroups = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
