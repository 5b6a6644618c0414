import { type CliCommand, json } from '../../command.ts'

export const doctorCommand: CliCommand = {
  name: 'doctor',
  summary: 'check what is missing on this machine',
  arguments: {
    file: ['[file]', "a workflow's YAML file, or - for standard input (default: the workflows of the project)"],
  },
  options: [['--online', 'ask the servers of models which models they have'], json('a JSON object: { ok, checks }')],
  examples: [
    'troupe doctor',
    'troupe doctor triage.yaml                      only for this workflow',
    'troupe doctor --online                         also ask Ollama and other servers of models',
    'troupe doctor --json',
  ],
  help: `Checks the keys, servers and models of the providers that the workflow names, or that the workflows of the
project name (up to 100 files, four folders deep, without tests). It checks only whether they are there: it reads
no file of a secret and sends no request.

With --online it asks Ollama and other servers for their models if they are on this machine or a private network,
with a timeout of 2 seconds, after it has said which and where. It sends no request to the internet, and none that
needs a grant of the project config that is not trusted (troupe trust).

With --server it checks whether the server answers and takes the token, in place of a database.

Exit code 3 if something is missing.`,
  action: async () => (await import('./doctor.ts')).examine,
}
