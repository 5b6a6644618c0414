/** Opens a located file, and checks that it still is that file: no link, no device, no protected inode, in its root. */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises'
import { Fault } from '../../../core/fault.ts'
import { type FilePlace, type FileRoots, isInside, isProtectedInode, refuse } from './file-roots.ts'

/** A FIFO without a peer must not block the open, and a link that was swapped in must not be followed. */
const SAFE_FLAGS = constants.O_NOFOLLOW | constants.O_NONBLOCK

interface Opening {
  flags: number
  roots: FileRoots
}

/**
 * Opens the file for `act`, and closes it then.
 * @throws Fault `invalid_input` for a folder, FIFO, socket or device; `unauthorized` for a file that was swapped in meanwhile
 */
export const withRegularFile = async <T>(
  place: FilePlace,
  opening: Opening,
  act: (handle: FileHandle) => Promise<T>,
): Promise<T> => {
  const handle = await openRegularFile(place, opening)
  try {
    return await act(handle)
  } finally {
    await handle.close()
  }
}

const openRegularFile = async (place: FilePlace, { flags, roots }: Opening): Promise<FileHandle> => {
  // Checked before the open, as opening a FIFO or a device has effects of its own.
  if (place.exists) assertRegular(place, await lstat(place.real))
  const handle = await open(place.real, flags | SAFE_FLAGS, 0o666)
  try {
    await assertHeld(handle, { place, roots })
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

const assertHeld = async (
  handle: FileHandle,
  { place, roots }: { place: FilePlace; roots: FileRoots },
): Promise<void> => {
  const stats = await handle.stat()
  assertRegular(place, stats)
  if (!isInside(await pathOf(handle, place), place.root)) throw refuse(place.given, roots, 'it has been moved outside')
  if (await isProtectedInode(stats, roots.protected)) throw refuse(place.given, roots, 'it belongs to Troupe itself')
}

/** Finds the real path of an open file. Without /proc, the system can't tell, and the located path counts. */
const pathOf = (handle: FileHandle, place: FilePlace): Promise<string> =>
  readlink(`/proc/self/fd/${handle.fd}`).catch(() => place.real)

interface FileKind {
  isFile(): boolean
  isDirectory(): boolean
}

export const assertRegular = ({ given }: FilePlace, kind: FileKind): void => {
  if (kind.isFile()) return
  const found = kind.isDirectory() ? 'a folder' : 'a device, a socket or a pipe'
  throw new Fault('invalid_input', `'${given}' is ${found}: expected a file`, { details: { path: given } })
}
