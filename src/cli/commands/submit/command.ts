import { type CliCommand, input, json, MODEL } from '../../command.ts'

export const submitCommand: CliCommand = {
  name: 'submit',
  summary: 'check a workflow and queue a run for a server',
  arguments: {
    workflow: ['<workflow>', "the workflow's YAML file, - for standard input, or the name of a registered workflow"],
  },
  options: [
    input(),
    MODEL,
    ['--key <key>', 'idempotency key: the same request under the same key is the same run'],
    [
      '--again-if <ends>',
      'run again under the same key if the run of the key has ended so: failed, cancelled, or both: failed,cancelled',
    ],
    [
      '--each <file>',
      'submit a run for each line of a file of JSON lines, or - for standard input; --input adds to each',
    ],
    ['--wait', 'follow the run to its end'],
    json(
      'a JSON object: { run, workflow, status, key, is_new, again_after }, with --each one on a line, with --wait that of run',
    ),
    ['-q, --quiet', 'print the run id, with --wait the output, and nothing else'],
  ],
  examples: [
    'troupe submit triage.yaml --input @ticket.json',
    'troupe submit triage.yaml -i ticket=42 --key ticket-42      repeated calls return the same run',
    'troupe submit triage.yaml -i ticket=42 --key ticket-42 --again-if failed',
    'troupe submit support-triage -i ticket=42                   a workflow registered in the database',
    'troupe submit triage.yaml -i ticket=42 --wait --json',
    'troupe submit triage.yaml --each tickets.jsonl --key monday   repeated calls submit each line once',
  ],
  help: `Checks the workflow and its input, stores the run durably, and prints its id. A server starts the run
(troupe serve); without a server, troupe resume RUN does. A key is unique within its workflow: the same
request returns the same run, and a different request under the same key is refused. With --again-if, a run
that has failed or was cancelled makes way for a new one, also with another input or a corrected file: the new
run gets the key, and the old run keeps its history. Of several such commands at once one starts a run.

With --wait the command follows the run to its end, prints what troupe run prints, and exits with the same
code. Ctrl-C then leaves the run as it is.

With --each all lines are checked first, and nothing is submitted if one is wrong. The ids are printed in the order of the
lines. With --key each line gets a key of its own, made of this one and its input: the same command again, after an
interruption or with more lines, submits what is missing. A line that comes twice is two runs.

A server (--server) takes registered workflows, and with the scope author the text of a file. It checks the input; values
of -i are read as JSON where they are JSON. --model needs a database.`,
  action: async () => (await import('./submit.ts')).submit,
}
