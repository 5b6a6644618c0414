/** Explains a code: its meaning, its cause and its fix, with an example. The one source of `troupe explain` and docs/errors.md. */
import type { Catalogue } from '../compiler/catalogue.ts'
import { compile } from '../compiler/compile.ts'
import { formatDiagnostic } from '../compiler/diagnostic.ts'
import { STRICT_CODES } from '../compiler/diagnostic-codes.ts'
import { proveWorkflow } from '../compiler/prove.ts'
import { createSource } from '../compiler/source.ts'
import { readExplanations, type WrittenExplanation } from './codes/read-explanations.ts'

export interface CodeExplanation {
  code: string
  /** `diagnostic`: a finding about a workflow before it runs. `fault`: how a step fails while it runs. */
  kind: 'diagnostic' | 'fault'
  /** One sentence, without its full stop. */
  title: string
  cause: string
  fix: string
  /** For a diagnostic, a workflow that has it; for a fault, a part of a workflow. Null where no text can be an example. */
  example: string | null
  /** The finding that `validate` reports for the example. */
  finding: string | null
}

/** All codes: diagnostics in the order of the reference, then faults. */
export const listCodes = (): { code: string; kind: CodeExplanation['kind']; title: string }[] => [
  ...[...readExplanations('diagnostics.md').values()].map(({ code, title }) => ({
    code,
    kind: 'diagnostic' as const,
    title,
  })),
  ...[...readExplanations('faults.md').values()].map(({ code, title }) => ({ code, kind: 'fault' as const, title })),
]

/** Undefined for a code that does not exist. */
export const explainCode = (code: string, catalogue: Catalogue): CodeExplanation | undefined => {
  const diagnostic = readExplanations('diagnostics.md').get(code)
  if (diagnostic !== undefined) return explainDiagnostic(diagnostic, catalogue)
  const fault = readExplanations('faults.md').get(code)
  if (fault === undefined) return undefined
  const { title, cause, fix, example = null } = fault
  return { code, kind: 'fault', title, cause, fix, example, finding: null }
}

const isStrict = (code: string): boolean => STRICT_CODES.some((strict) => strict === code)

const explainDiagnostic = (written: WrittenExplanation, catalogue: Catalogue): CodeExplanation => {
  const { code, title, cause, fix, example = null } = written
  const whole = isStrict(code) ? `${cause} Only \`troupe validate --strict\` looks for it.` : cause
  return { code, kind: 'diagnostic', title, cause: whole, fix, example, finding: findInExample(written, catalogue) }
}

/** Compiles the example when it is asked for, so that the finding is always that of this version. */
const findInExample = ({ code, example, workflows }: WrittenExplanation, catalogue: Catalogue): string | null => {
  if (example === undefined) return null
  const source = createSource('example.yaml', `${example}\n`)
  const { diagnostics, proofs } = compile(source, {
    catalogue,
    prover: isStrict(code) ? proveWorkflow : undefined,
    links: {
      file: () => undefined,
      workflow: (path) => (Object.hasOwn(workflows, path) ? createSource(path, workflows[path] ?? '') : undefined),
    },
  })
  const finding = [...diagnostics, ...(proofs?.findings ?? [])].find((one) => one.code === code)
  return finding === undefined ? null : formatDiagnostic(finding, source)
}
