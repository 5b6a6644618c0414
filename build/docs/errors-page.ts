import { type CodeExplanation, DIAGNOSTIC_CODES } from '../../src/compiler/diagnostic-codes.ts'
import { UNMATCHABLE_FAULT_CODES } from '../../src/core/fault.ts'
import { FAULT_EXPLANATIONS, type FaultExplanation } from '../../src/core/fault-codes.ts'

const INTRODUCTION = `# Errors

What Troupe says when something is wrong, by code. This page is generated from the code (\`node build/docs.ts\`).

- A **diagnostic** is a finding about a workflow file, made before anything runs. Errors keep it from running; warnings do not.
- A **fault** is how a step fails at run time. \`retry.on\` and \`on_error\` match it by its code.
- Being **cancelled** is neither, and has no code.

| exit code of \`troupe\` | meaning |
|---|---|
| 0 | completed |
| 1 | the run failed, or somebody else cancelled it |
| 2 | wrong usage, workflow or input |
| 3 | the environment: Node, the database, the disk |
| 130 | Ctrl-C: once cancels the run, twice leaves it, to be resumed |
`

/** docs/errors.md: every diagnostic and every fault. */
export const renderErrors = (): string =>
  [
    INTRODUCTION,
    '## Diagnostics\n',
    ...Object.entries(DIAGNOSTIC_CODES).map(([code, explanation]) => renderDiagnostic(code, explanation)),
    '## Faults\n',
    `A \`fail\` step adds codes of its own. ${UNMATCHABLE_FAULT_CODES.map((code) => `\`${code}\``).join(' and ')} end the run, whatever it says about errors.\n`,
    ...Object.entries(FAULT_EXPLANATIONS).map(([code, explanation]) => renderFault(code, explanation)),
  ].join('\n')

const renderDiagnostic = (code: string, { title, cause, fix }: CodeExplanation): string =>
  `### \`${code}\`\n\n${title}.\n\n- **Cause:** ${cause}\n- **Fix:** ${fix}\n`

const renderFault = (code: string, { meaning, cause, fix }: FaultExplanation): string =>
  `### \`${code}\`\n\n${meaning}\n\n- **Cause:** ${cause}\n- **Fix:** ${fix}\n`
