import { type CliCommand, json, QUIET, RUN } from '../../command.ts'

export const watchCommand: CliCommand = {
  name: 'watch',
  summary: 'follow a run to its end, wherever it runs',
  arguments: { run: ['<run>', RUN] },
  options: [json('each row of the journal as a JSON object on a line, and at last the run with the kind end'), QUIET],
  examples: [
    'troupe watch last',
    'troupe watch q3v8zd --server https://troupe.example',
    'troupe watch last --json | jq -r \'select(.kind == "outcome") | .path\'',
  ],
  help: `Shows the steps from the first one on, as troupe run does, writes the output and exits with the same code. Ctrl-C
leaves the run as it is (exit code 130). A connection to a server that is cut is opened again, and no row is missed; a
server that is away for 5 minutes is given up (exit code 3).`,
  action: async () => (await import('./watch.ts')).watch,
}
