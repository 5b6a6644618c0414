import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** Files of sources are far smaller (256 KiB); texts that a prompt reads may be larger. */
const MOST_BYTES = 16 * 1024 ** 2

/**
 * Reads a regular file. A repository may hold a link to a device that never ends, and a pipe would be waited for.
 * @throws Error
 */
export const readBounded = (path: string): Buffer => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    // The read reports a folder.
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is a device, a socket or a pipe: expected a file')
    if (stats.size > MOST_BYTES) throw new Error(`it has ${stats.size} bytes: expected at most ${MOST_BYTES}`)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}
