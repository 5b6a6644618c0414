import { type CliCommand, json, RUN } from '../../command.ts'

export const traceCommand: CliCommand = {
  name: 'trace',
  summary: 'show what a run did, and when',
  arguments: { run: ['<run>', RUN] },
  options: [
    ['--at <moment>', 'show the state of the run after a row of its journal, at a time (RFC 3339), or at last'],
    ['--all', 'every foreach item, child run and step, with names, notes and values in full'],
    json('the run and its journal as a JSON object'),
  ],
  examples: [
    'troupe trace last',
    'troupe trace q3v8zd --all',
    'troupe trace q3v8zd --at 5                     outputs, open steps and waits after row 5',
    'troupe trace q3v8zd --at 2026-01-31T08:00:00Z',
    `troupe trace last --json | jq '.journal[] | select(.kind == "outcome")'`,
  ],
  action: async () => (await import('./trace.ts')).trace,
}
