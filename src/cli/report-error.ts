/** Reports on standard error why a command failed, and chooses its exit code. */
import { formatDiagnostic } from '../compiler/diagnostic.ts'
import { isFault } from '../core/fault.ts'
import { isStoreError } from '../store/store-error.ts'
import { CliError, InvalidFile } from './cli-error.ts'
import { EXIT } from './exit-code.ts'
import { createPaint, paintDiagnostic, wantsColor } from './paint.ts'
import { toPrintable } from './printable.ts'
import { toTerminalText } from './terminal-text.ts'

/** Writes the error, with its stack under `--debug`. Returns the exit code. */
export const reportError = (thrown: unknown): number => {
  const isDebug = process.argv.includes('--debug')
  const flag = !process.argv.includes('--no-color')
  const hasColor = wantsColor({ isTerminal: process.stderr.isTTY === true, flag }, process.env)
  const paint = createPaint(hasColor)
  // A command may fail before it has a channel.
  const write = (text: string): void => void process.stderr.write(`${toTerminalText(text, hasColor)}\n`)
  const { message, hint, exitCode } = explainError(thrown)
  if (thrown instanceof InvalidFile) {
    const texts = thrown.diagnostics.map((finding) =>
      formatDiagnostic(finding, finding.file === thrown.source.file ? thrown.source : undefined),
    )
    write(texts.map((text) => paintDiagnostic(toPrintable(text), paint)).join('\n\n'))
  } else {
    const help = hint === undefined ? '' : `\n  ${paint.dim(`hint: ${toPrintable(hint)}`)}`
    write(`${paint.red('troupe:')} ${toPrintable(message).replaceAll('\n', '\n  ')}${help}`)
  }
  if (isDebug) write(toStack(thrown))
  return exitCode
}

/** Translates an error for the user of the command. */
export const explainError = (
  thrown: unknown,
): { code: string; message: string; hint: string | undefined; exitCode: number } => {
  if (thrown instanceof InvalidFile)
    return { code: 'invalid_workflow', message: thrown.message, hint: undefined, exitCode: thrown.exitCode }
  if (thrown instanceof CliError) {
    return { code: codeOf(thrown), message: thrown.message, hint: thrown.hint, exitCode: thrown.exitCode }
  }
  if (isStoreError(thrown))
    return { code: thrown.code, message: thrown.message, hint: thrown.hint, exitCode: EXIT.environment }
  if (isFault(thrown)) {
    const [message = '', ...rest] = thrown.message.split('\n')
    const exitCode = ENVIRONMENT_FAULTS.has(thrown.code) ? EXIT.environment : EXIT.invalid
    return { code: thrown.code, message, hint: rest.length === 0 ? undefined : rest.join('\n'), exitCode }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return {
    code: 'defect',
    message: `internal error: ${message}`,
    hint: 'this is a bug in troupe; --debug shows the stack',
    exitCode: EXIT.environment,
  }
}

/** Scripts match codes: a fault keeps its own code. */
const codeOf = ({ cause, exitCode }: CliError): string => {
  if (isFault(cause)) return cause.code
  return exitCode === EXIT.invalid ? 'invalid_usage' : 'environment'
}

const ENVIRONMENT_FAULTS: ReadonlySet<string> = new Set(['unavailable', 'unauthorized'])

const toStack = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown)
  const cause = thrown.cause === undefined ? '' : `\ncaused by ${toStack(thrown.cause)}`
  return `${thrown.stack ?? thrown.message}${cause}`
}
