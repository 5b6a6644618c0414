/** A disk of its own, small enough to be filled. */
import { spawnSync } from 'node:child_process'
import { createTempFolder, type TempFolder } from './temp-folder.ts'

export interface SmallDisk {
  folder: TempFolder
  unmount(): void
}

/** CI is told to bring what tests need: there a test that can't be made fails. */
export const mayBeSkipped = process.env.CI === undefined

/** Undefined where this user may not mount one, and the test may be skipped. @param size As mount takes it, such as `1m`. */
export const mountSmallDisk = (size: string): SmallDisk | undefined => {
  const folder = createTempFolder()
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder.path], {
    encoding: 'utf8',
  })
  if (status !== 0) {
    folder.remove()
    if (mayBeSkipped) return undefined
    throw new Error(`a small disk can't be mounted: ${stderr}`)
  }
  return {
    folder,
    unmount() {
      spawnSync('umount', [folder.path])
      folder.remove()
    },
  }
}
