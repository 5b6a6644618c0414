import type { Diagnostic } from '../compiler/diagnostic.ts'
import type { Source } from '../compiler/source.ts'
import { EXIT } from './exit-code.ts'

export interface CliErrorOptions {
  hint?: string | undefined
  /** Default: wrong usage, 2. */
  exitCode?: number
  cause?: unknown
}

/** Ends a command with a message, a hint and an exit code. */
export class CliError extends Error {
  readonly hint: string | undefined
  readonly exitCode: number

  constructor(message: string, { hint, exitCode = EXIT.invalid, cause }: CliErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'CliError'
    this.hint = hint
    this.exitCode = exitCode
  }
}

/** Ends a command because a file has errors. */
export class InvalidFile extends Error {
  readonly diagnostics: readonly Diagnostic[]
  readonly source: Source
  readonly exitCode = EXIT.invalid

  constructor(diagnostics: readonly Diagnostic[], source: Source) {
    super(diagnostics.find(({ severity }) => severity === 'error')?.message ?? 'the file has errors')
    this.name = 'InvalidFile'
    this.diagnostics = diagnostics
    this.source = source
  }
}
