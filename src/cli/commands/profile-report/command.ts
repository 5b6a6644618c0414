import { type CliCommand, json, limit, RUN } from '../../command.ts'

export const profileReportCommand: CliCommand = {
  name: 'profile-report',
  summary: 'show where the time of a run went, and what to make faster',
  arguments: { run: ['[run]', `${RUN} (default)`] },
  options: [
    ['--workflow <name>', 'profile the last completed runs of this workflow instead'],
    limit('with --workflow: at most this many runs (default 20)'),
    json('a JSON object: { workflow, run, runs, duration_ms, queued_ms, steps, host, waiting, mostly, bottleneck }'),
  ],
  examples: [
    'troupe profile-report',
    'troupe profile-report q3v8zd',
    'troupe profile-report --workflow support-triage --limit 50',
    'troupe profile-report last --json | jq .bottleneck',
  ],
  help: `The critical path is the chain of steps that determines the duration of a run. A step beside it may be slow
without delaying anything. (host) is the time between steps: the overhead of Troupe, and the time in which no
process held the run.`,
  action: async () => (await import('./profile-report.ts')).profileReport,
}
