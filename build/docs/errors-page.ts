import { createCatalogue } from '../../src/app/catalogue.ts'
import { UNMATCHABLE_FAULT_CODES } from '../../src/core/fault.ts'
import { type CodeExplanation, explainCode, listCodes } from '../../src/service/explain-code.ts'

const INTRODUCTION = `# Errors

Messages of Troupe by code, with cause and fix. \`troupe explain CODE\` prints the same. This page is generated (\`node build/docs.ts\`) from [diagnostics.md](../src/service/codes/diagnostics.md) and [faults.md](../src/service/codes/faults.md).

- A **diagnostic** is a finding about a workflow file, made before anything runs. Errors keep it from running; warnings do not.
- A **fault** is how a step fails at run time. \`retry.on\` and \`on_error\` match it by its code.
- Being **cancelled** is neither, and has no code.

| exit code of \`troupe\` | meaning |
|---|---|
| 0 | completed |
| 1 | the run failed, or was cancelled from elsewhere |
| 2 | wrong usage, workflow or input |
| 3 | the environment: Node, the database, the disk |
| 130 | Ctrl-C: once cancels the run, twice leaves it, to be resumed |
`

/** Renders docs/errors.md: every diagnostic and every fault. */
export const renderErrors = (): string =>
  [
    INTRODUCTION,
    '## Diagnostics\n',
    ...renderAll('diagnostic'),
    '## Faults\n',
    `A \`fail\` step adds codes of its own. ${UNMATCHABLE_FAULT_CODES.map((code) => `\`${code}\``).join(' and ')} end the run, whatever it says about errors.\n`,
    ...renderAll('fault'),
  ].join('\n')

const renderAll = (kind: CodeExplanation['kind']): string[] =>
  listCodes()
    .filter((one) => one.kind === kind)
    .map(({ code }) => renderCode(code, explainCode(code, createCatalogue())))

const renderCode = (code: string, explanation: CodeExplanation | undefined): string => {
  if (explanation === undefined) throw new Error(`'${code}' is listed and not explained`)
  const { title, cause, fix, example, finding } = explanation
  const block = (language: string, text: string | null): string =>
    text === null ? '' : `\n\`\`\`${language}\n${text}\n\`\`\`\n`
  return `### \`${code}\`\n\n${title}${title.endsWith('?') ? '' : '.'}\n\n- **Cause:** ${cause}\n- **Fix:** ${fix}\n${block('yaml', example)}${block('', finding)}`
}
