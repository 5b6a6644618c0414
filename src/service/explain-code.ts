/** What a code means, why it comes up and what helps, with an example: the one source of `troupe explain` and docs/errors.md. */
import { compile } from '../compiler/compile.ts'
import { formatDiagnostic } from '../compiler/diagnostic.ts'
import { DIAGNOSTIC_CODES, type DiagnosticCode } from '../compiler/diagnostic-codes.ts'
import { DIAGNOSTIC_EXAMPLES } from '../compiler/diagnostic-examples.ts'
import { proveWorkflow } from '../compiler/prove.ts'
import { createSource } from '../compiler/source.ts'
import { STRICT_CODES } from '../compiler/strict-codes.ts'
import { FAULT_CODES, type FaultCode } from '../core/fault.ts'
import { FAULT_EXPLANATIONS } from '../core/fault-codes.ts'
import { createCatalogue } from './catalogue.ts'

export interface CodeExplanation {
  code: string
  /** A finding about a workflow before it runs, or how a step fails while it runs. */
  kind: 'diagnostic' | 'fault'
  /** One sentence, without its full stop. */
  title: string
  cause: string
  fix: string
  /** Of a diagnostic a workflow that has it; of a fault a part of one. Null where no text can be an example. */
  example: string | null
  /** What `validate` says about the example. */
  finding: string | null
}

/** All codes: diagnostics in the order of the reference, then faults. */
export const listCodes = (): { code: string; kind: CodeExplanation['kind']; title: string }[] => [
  ...Object.entries(DIAGNOSTIC_CODES).map(([code, { title }]) => ({ code, kind: 'diagnostic' as const, title })),
  ...FAULT_CODES.map((code) => ({ code, kind: 'fault' as const, title: toTitle(code) })),
]

/** Undefined for a code that does not exist. */
export const explainCode = (code: string): CodeExplanation | undefined => {
  if (isDiagnosticCode(code)) return explainDiagnostic(code)
  return isFaultCode(code) ? explainFault(code) : undefined
}

const isDiagnosticCode = (code: string): code is DiagnosticCode => Object.hasOwn(DIAGNOSTIC_CODES, code)

const isFaultCode = (code: string): code is FaultCode => (FAULT_CODES as readonly string[]).includes(code)

const toTitle = (code: FaultCode): string => FAULT_EXPLANATIONS[code].meaning.replace(/\.$/, '')

const explainFault = (code: FaultCode): CodeExplanation => {
  const { cause, fix, example } = FAULT_EXPLANATIONS[code]
  return { code, kind: 'fault', title: toTitle(code), cause, fix, example: example?.trim() ?? null, finding: null }
}

const explainDiagnostic = (code: DiagnosticCode): CodeExplanation => {
  const { title, cause, fix } = DIAGNOSTIC_CODES[code]
  const example = DIAGNOSTIC_EXAMPLES[code]?.text.trim() ?? null
  const isStrict = Object.hasOwn(STRICT_CODES, code)
  const whole = isStrict ? `${cause} Only \`troupe validate --strict\` looks for it.` : cause
  return { code, kind: 'diagnostic', title, cause: whole, fix, example, finding: findInExample(code) }
}

/** Compiled when it is asked for, so that it always is what this version says. */
const findInExample = (code: DiagnosticCode): string | null => {
  const example = DIAGNOSTIC_EXAMPLES[code]
  if (example === undefined) return null
  const { text, workflows = {} } = example
  const source = createSource('example.yaml', text)
  const { diagnostics, proofs } = compile(source, {
    catalogue: createCatalogue(),
    prover: Object.hasOwn(STRICT_CODES, code) ? proveWorkflow : undefined,
    links: {
      file: () => undefined,
      workflow: (path) => (workflows[path] === undefined ? undefined : createSource(path, workflows[path])),
    },
  })
  const finding = [...diagnostics, ...(proofs?.findings ?? [])].find((one) => one.code === code)
  return finding === undefined ? null : formatDiagnostic(finding, source)
}
