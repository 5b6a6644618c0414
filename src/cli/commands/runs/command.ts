import { ALL, type CliCommand, json, limit, OF_WORKFLOW, SINCE, UNTIL } from '../../command.ts'

export const runsCommand: CliCommand = {
  name: 'runs',
  summary: 'list runs, newest first',
  options: [
    ['--status <status>', 'running, queued, waiting, paused, interrupted, completed, failed, cancelled or damaged'],
    OF_WORKFLOW,
    SINCE,
    UNTIL,
    ['-i, --input <path=value>', 'only with this value in the input, such as customer.id=42; repeatable', 'repeatable'],
    ['--children', 'show the child runs of each run below it'],
    limit('at most this many (default 20)'),
    ALL,
    json('a JSON array; parent is the calling run of a child run'),
  ],
  examples: [
    'troupe runs',
    'troupe runs --status interrupted',
    'troupe runs --since 1d --input customer.id=42  submitted within a day, for this customer',
    'troupe runs --children                         each run, and the runs of its workflow steps',
    'troupe runs --workflow support-triage --limit 5 --json',
  ],
  help: `A run that has not ended is queued (not started yet), running (a process holds it), waiting (for a person, an
event or a time; it needs no process until then), paused, or interrupted (its process has died).

--since and --until go by the time of the submission. Child runs are listed with --children only. The other options
choose the runs without a parent; --limit holds for the child runs of each run too.`,
  action: async () => (await import('./runs.ts')).listRuns,
}
