/**
 * The command line: reads arguments, writes text, returns an exit code. It has no domain logic.
 *
 * The code of a command is loaded when the command is called, because users wait for the start.
 */
import { EXIT } from './exit-code.ts'
import { isCommanderError, parseArguments } from './program.ts'
import { tuneV8 } from './tune-v8.ts'

/** Most commands have ended by then; a run that has not may take long. */
const TUNE_AFTER_MS = 250

/** True after a write failed: the disk is full or the descriptor is closed. */
let isOutputLost = false

/** EPIPE is not reported: the reader of the output has exited (`| head`). */
const noticeLostOutput = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE' || isOutputLost) return
  isOutputLost = true
  process.stderr.write(`troupe: the output can't be written: ${error.message}\n`)
}

const main = async (): Promise<number> => {
  try {
    return await parseArguments(process.argv)
  } catch (thrown) {
    if (isCommanderError(thrown)) return thrown.exitCode
    const { reportError } = await import('./report-error.ts')
    return reportError(thrown)
  }
}

/** Waits until the stream has flushed; process.exit() would discard the rest. */
const drain = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve()
    else stream.write('', () => resolve())
  })

process.stdout.on('error', noticeLostOutput)
// A run continues when its progress can't be written.
process.stderr.on('error', () => {})
setTimeout(tuneV8, TUNE_AFTER_MS).unref()
const exitCode = await main()
await Promise.all([drain(process.stdout), drain(process.stderr)])
process.exitCode = isOutputLost ? EXIT.environment : exitCode
// An explicit exit: an actor that does not stop must not keep the process alive.
process.exit()
