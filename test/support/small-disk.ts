/** A small disk that a test can fill. */
import { spawnSync } from 'node:child_process'
import { createTempFolder, type TempFolder } from './temp-folder.ts'

export interface SmallDisk {
  folder: TempFolder
  /** Unmounts the disk and removes its folder, even while files on it are open, as after a failed test. */
  unmount(): void
}

/** False in CI, which provides what tests need: there a test that cannot be set up fails. */
export const mayBeSkipped = process.env.CI === undefined

/** Mounts a disk; undefined where this user may not, and the test may be skipped. @param size In the form of mount: `1m`. */
export const mountSmallDisk = (size: string): SmallDisk | undefined => {
  const folder = createTempFolder()
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder.path], {
    encoding: 'utf8',
  })
  if (status !== 0) {
    folder.remove()
    if (mayBeSkipped) return undefined
    throw new Error(`cannot mount a small disk: ${stderr}`)
  }
  return {
    folder,
    unmount() {
      // An error here would hide the failure of the test: `--lazy` detaches a busy disk, which ends with its last open file.
      const isUnmounted = [[], ['--lazy']].some((flags) => spawnSync('umount', [...flags, folder.path]).status === 0)
      if (isUnmounted) folder.remove()
      else console.error(`cannot unmount the small disk '${folder.path}'`)
    },
  }
}
