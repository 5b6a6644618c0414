import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Docker and Podman leave these files. */
const MARKS = ['.dockerenv', 'run/.containerenv']

/** What engines call the control groups of their containers. */
const GROUPS = /docker|containerd|kubepods|libpod|crio|lxc/

/** Whether this process runs in a container, whose loopback addresses are not those of its host. @param root Of the file system. */
export const isInContainer = (root = '/'): boolean =>
  MARKS.some((mark) => existsSync(join(root, mark))) || GROUPS.test(readGroups(join(root, 'proc/1/cgroup')))

/** There are none but on Linux. */
const readGroups = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
