import type { Diagnostic } from '../../compiler/diagnostic.ts'

/** The text of a workflow has errors, or features of a later release. */
export class InvalidSource extends Error {
  readonly findings: readonly Diagnostic[]

  constructor(findings: readonly Diagnostic[]) {
    super(findings.find(({ severity }) => severity === 'error')?.message ?? 'the workflow has errors')
    this.name = 'InvalidSource'
    this.findings = findings
  }
}
