import { type CliCommand, json } from '../../command.ts'

export const serveCommand: CliCommand = {
  name: 'serve',
  needsDatabase: 'it is a server itself, and performs the runs of a database',
  summary: 'run what is queued, due or scheduled until stopped',
  options: [
    [
      '--listen <address>',
      'address of the HTTP interface: HOST:PORT, or none (default 127.0.0.1:4800; :0 takes any free port)',
    ],
    ['--max-runs <count>', 'most runs at the same time (default 1000); waiting runs do not count'],
    ['--log <form>', 'form of the log on standard error: json or text (default: text on a terminal, else json)'],
    ['--log-level <level>', 'least important lines of the log: debug, info, warn or error (default info)'],
    json('the log as JSON lines on standard output'),
  ],
  examples: [
    'troupe serve',
    'troupe submit hello.yaml -i name=Ada      in another terminal: the server runs it',
    'troupe serve --json >> serve.log',
    'troupe serve --listen 127.0.0.1:8080',
  ],
  help: `The server claims submitted runs, runs whose process has died, and runs whose deadline, event or decision has
arrived, and it starts scheduled runs. Several servers may share a database: each run has one holder, and each
slot of a schedule starts one run. A waiting run costs a row and no memory.
Once an hour it deletes ended runs past their retention (default: completed 30d, failed 90d, keep the last
10000): docs/operations.md.

Programs submit runs, follow them, decide approvals and send events over HTTP: docs/server.md; GET /openapi.json
describes all of it. On loopback it is open to this machine until the first token is created (troupe tokens
create); beyond loopback it needs one. If another server has the default port, this one goes on without HTTP.

The log has a line for each run that starts, ends or meets a problem, and with --log-level debug for each step and
request. It names runs and steps, and holds none of their inputs, outputs and prompts: docs/operations.md.

SIGTERM or Ctrl-C stops it: nothing new starts, work in flight gets 8 seconds to finish, every run can be
resumed, and the exit code is 0. A second signal exits at once. Unless the config says otherwise, written
data survives a power cut (durability: power).`,
  action: async () => (await import('./serve.ts')).serve,
}
