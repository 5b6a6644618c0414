import type { toSubmittedJson } from '../../../service/views/run-json.ts'
import type { OutputOptions } from '../../run-output.ts'

export interface SubmitArguments extends OutputOptions {
  /** A file, or the name of a registered workflow. */
  workflow: string
  input?: string[]
  model?: string[]
  key?: string
  againIf?: string
  /** A file with the input of a run on each line. */
  each?: string
  wait?: boolean
}

/** The object of `--json`. */
export type SubmittedRun = ReturnType<typeof toSubmittedJson>
