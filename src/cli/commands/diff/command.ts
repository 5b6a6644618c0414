import { type CliCommand, json, RUN } from '../../command.ts'

export const diffCommand: CliCommand = {
  name: 'diff',
  summary: 'compare two runs: where they differ, and their cost',
  arguments: { run: ['<run>', RUN], other: ['<other>', RUN] },
  options: [['--all', 'every step, not only the first 40'], json()],
  examples: ['troupe diff q3v8zd last', 'troupe diff q3v8zd last --json | jq .parts_at'],
  help: `Shows the first step with a different outcome, the differences of inputs, outputs and faults, and the status,
time, tokens and cost of each step in both runs. For a fork only its own calls count.`,
  action: async () => (await import('./diff.ts')).diff,
}
