import type { Compilation, CompiledWorkflow } from '../../compiler/compile.ts'
import type { Diagnostic } from '../../compiler/diagnostic.ts'

/** A workflow that this release can run, or the findings that refuse it: errors, and features of a later release. */
export const toRunnable = ({
  compiled,
  diagnostics,
}: Compilation): { workflow: CompiledWorkflow } | { refused: readonly Diagnostic[] } => {
  if (compiled === undefined) return { refused: diagnostics }
  if (compiled.notYet.length === 0) return { workflow: compiled }
  return { refused: compiled.notYet.map((finding) => ({ ...finding, severity: 'error' })) }
}
