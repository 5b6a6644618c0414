import { type CliCommand, json } from '../../command.ts'

export const explainCommand: CliCommand = {
  name: 'explain',
  summary: 'explain a diagnostic or fault, and how to fix it',
  arguments: { code: ['[code]', 'a code such as unknown_field or rate_limited (default: list all codes)'] },
  options: [json('a JSON object, without a code an array')],
  examples: [
    'troupe explain unassigned_output',
    'troupe explain rate_limited --json',
    'troupe explain                  all codes',
  ],
  help: 'Shows the cause, the fix and an example of each code that validate, run and trace report.',
  action: async () => (await import('./explain.ts')).explain,
}
