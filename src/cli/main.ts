/**
 * The command line: arguments in, text out, an exit code. No logic of the domain.
 *
 * Each command is a module of its own, loaded when it is called: start-up time is what a user waits for.
 */

import { EXIT } from './exit-code.ts'
import { isCommanderError, parseArguments } from './program.ts'
import { tuneV8 } from './tune-v8.ts'

/** Most commands have ended by then, and a run that has not may take long. */
const TUNE_AFTER_MS = 250

/** The output went nowhere: a full disk, or a descriptor that is closed. */
let isOutputLost = false

/** Whoever read our output is gone (`| head`): there is nobody left to tell. */
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

/** Until the stream has taken all that was written to it: process.exit() would cut it off. */
const drain = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve()
    else stream.write('', () => resolve())
  })

process.stdout.on('error', noticeLostOutput)
// A run goes on when nobody can be told of its progress.
process.stderr.on('error', () => {})
setTimeout(tuneV8, TUNE_AFTER_MS).unref()
const exitCode = await main()
await Promise.all([drain(process.stdout), drain(process.stderr)])
process.exitCode = isOutputLost ? EXIT.environment : exitCode
// Not left to the event loop: an actor that does not stop must not keep the process alive.
process.exit()
