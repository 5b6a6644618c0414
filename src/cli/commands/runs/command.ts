import { type CliCommand, json, limit, OF_WORKFLOW } from '../../command.ts'

export const runsCommand: CliCommand = {
  name: 'runs',
  summary: 'list runs, newest first',
  options: [
    ['--status <status>', 'running, queued, waiting, paused, interrupted, completed, failed or cancelled'],
    OF_WORKFLOW,
    limit('at most this many (default 20)'),
    json('a JSON array'),
  ],
  examples: [
    'troupe runs',
    'troupe runs --status interrupted',
    'troupe runs --workflow support-triage --limit 5 --json',
  ],
  help: `A run that has not ended is queued (not started yet), running (a process holds it), waiting (for a person, an
event or a time; it needs no process until then), paused, or interrupted (its process has died).`,
  action: async () => (await import('./runs.ts')).listRuns,
}
