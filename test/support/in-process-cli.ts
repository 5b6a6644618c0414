/** Runs commands in this process: many of them in the time of one start. For commands that write JSON and end. */
import { isCommanderError, parseArguments } from '../../src/cli/program.ts'
import { reportError } from '../../src/cli/report-error.ts'

/** Output of `troupe ARGS` in this folder, also when the command fails. Not for use by tests side by side. */
export const readCliOutput = async (
  args: readonly string[],
  folder: string,
): Promise<{ stdout: string; stderr: string }> => {
  const written = { stdout: '', stderr: '' }
  const before = { folder: process.cwd(), stdout: process.stdout.write, stderr: process.stderr.write }
  process.chdir(folder)
  const keep =
    (stream: keyof typeof written) =>
    (text: string | Uint8Array): boolean => {
      written[stream] += String(text)
      return true
    }
  process.stdout.write = keep('stdout')
  process.stderr.write = keep('stderr')
  try {
    await parseArguments(['node', 'troupe', ...args])
  } catch (thrown) {
    if (!isCommanderError(thrown)) reportError(thrown)
  } finally {
    process.stdout.write = before.stdout
    process.stderr.write = before.stderr
    process.chdir(before.folder)
  }
  return written
}
