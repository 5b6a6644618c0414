import { type CliCommand, json } from '../../command.ts'

export const validateCommand: CliCommand = {
  name: 'validate',
  summary: 'check workflows without running them',
  arguments: { files: ['<file...>', 'YAML files, or - for standard input'] },
  options: [
    ['--strict', 'prove more: conditions that never hold, unreachable steps, more steps than the limit'],
    json('a JSON object: { ok, diagnostics }, with --strict proofs as well'),
  ],
  examples: [
    'troupe validate hello.yaml',
    'troupe validate flows/*.yaml --json',
    'cat hello.yaml | troupe validate -',
    'troupe validate hello.yaml --strict',
  ],
  help: `Warnings leave the exit code at 0, errors make it 2. With --strict these findings are errors too: conditions
that always have the same value, cases that are never taken, unreachable steps, loops and parallels that never
complete, more steps than limits.steps. It warns of inputs, models, secrets and fields of returns that nothing reads.
It also counts the paths to an end (each loop once), names the longest,
and prints the most steps that a run can take.`,
  action: async () => (await import('./validate.ts')).validate,
}
