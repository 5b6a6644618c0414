import { type CliCommand, json } from '../../command.ts'

export const doctorCommand: CliCommand = {
  name: 'doctor',
  summary: 'check what is missing on this machine',
  arguments: {
    file: ['[file]', "a workflow's YAML file, or - for standard input (default: the workflows of the project)"],
  },
  options: [json('a JSON object: { ok, checks }')],
  examples: [
    'troupe doctor',
    'troupe doctor triage.yaml                      only for this workflow',
    'troupe doctor --json',
  ],
  help: `Checks the keys, servers and models of the providers that the workflow names, or that the workflows of the
project name (up to 100 files, four folders deep, without tests). It asks Ollama and other servers for their
models if they are on this machine or a private network, with a timeout of 2 seconds. It sends no request to
the internet.

Exit code 3 if something is missing.`,
  action: async () => (await import('./doctor.ts')).examine,
}
