import { type CliCommand, input, MODEL, QUIET, RESULT_JSON, WORKFLOW_FILE } from '../../command.ts'

export const runCommand: CliCommand = {
  name: 'run',
  needsDatabase: 'it performs the run in this process: troupe submit FILE has the server perform it',
  summary: 'check a workflow and run it',
  arguments: { file: ['<file>', WORKFLOW_FILE] },
  options: [
    input('input: JSON, @FILE (.json, .yaml, @- for standard input) or key=value'),
    MODEL,
    RESULT_JSON,
    QUIET,
    ['--inspect [address]', "show the run in Stately's inspector, at a port or ws:// address (default 8080)"],
  ],
  examples: [
    'troupe run hello.yaml',
    `troupe run hello.yaml --input '{"name": "Ada"}'`,
    'troupe run hello.yaml --input @ada.json --input address.city=London',
    'troupe run hello.yaml --model default=mock/echo',
    'troupe run hello.yaml --json | jq .output',
  ],
  help: `Progress goes to standard error, the output as JSON to standard output. With --json standard output holds
{ run, workflow, status, output, error, usage, duration_ms }, also when the run fails. The status is completed,
failed, cancelled or running (the command left the run, which can be resumed). If no run was created, it is
invalid (with diagnostics) or error.

--inspect sends the state machines of the run, their events and snapshots to a WebSocket server on this machine
while the run goes on. One such server comes with a dependency of Troupe and shows them on Stately's page:
  node -e 'import("@statelyai/inspect/server").then((server) => server.createInspectorServer())'
  troupe run hello.yaml --inspect
If no server listens, the run continues without it. To draw a picture without a server: troupe graph --run last.

Ctrl-C cancels the run. A second Ctrl-C leaves it at once; troupe resume RUN continues it.`,
  action: async () => (await import('./run.ts')).run,
}
