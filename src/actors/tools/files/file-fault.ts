import { Cancelled, isCancelled } from '../../../core/cancelled.ts'
import { Fault, isFault } from '../../../core/fault.ts'

/** Translates an error of the file system into a fault of the path that the workflow wrote. Faults pass unchanged. */
export const toFileFault = (error: unknown, given: string): unknown => {
  if (isFault(error) || isCancelled(error)) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const options = { details: { path: given }, cause: error }
  switch (code) {
    case 'ABORT_ERR':
      return new Cancelled()
    case 'ENOENT':
      return new Fault('not_found', `'${given}' does not exist`, options)
    case 'EISDIR':
      return new Fault('invalid_input', `'${given}' is a folder: expected a file`, options)
    case 'ENOTDIR':
      return new Fault('conflict', `'${given}' can't be: one of its folders is a file`, options)
    case 'EEXIST':
      return new Fault('conflict', `'${given}' exists already`, options)
    case 'ENAMETOOLONG':
      return new Fault('invalid_input', `'${given.slice(0, 60)}…' is too long for a path`, options)
    case 'ELOOP':
      return new Fault('unauthorized', `'${given}' is a link that leads in a circle, or became one`, options)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Fault('unauthorized', `'${given}' can't be opened: the system does not permit it (${code})`, options)
    case 'ENOSPC':
    case 'EDQUOT':
      return new Fault('unavailable', `'${given}' can't be written: the disk is full`, { ...options, retryable: true })
    case 'EMFILE':
    case 'ENFILE':
    case 'EBUSY':
    case 'EAGAIN':
      return new Fault('unavailable', `'${given}' can't be opened now (${code})`, { ...options, retryable: true })
    default:
      return new Fault('tool_failed', `'${given}' can't be used: ${message}`, options)
  }
}
