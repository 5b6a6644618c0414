import { type CliCommand, json, limit, OF_WORKFLOW, SINCE } from '../../command.ts'

export const rerunCommand: CliCommand = {
  name: 'rerun',
  summary: 'restart many failed runs',
  options: [
    ['--status <status>', 'failed (default) or cancelled'],
    OF_WORKFLOW,
    SINCE,
    ['--fault <code>', 'only with this fault, such as rate_limited'],
    ['--step <id>', 'only if this step failed'],
    limit('at most this many, the newest'),
    ['--submit', 'queue them for a server instead of running them here'],
    ['--dry-run', 'only list them'],
    json('a JSON array'),
    ['-q, --quiet', 'print nothing'],
  ],
  examples: [
    'troupe rerun --workflow support-triage --since 1d --dry-run',
    'troupe rerun --fault rate_limited --step classify',
    'troupe rerun --status cancelled --since 2h --submit',
  ],
  help: `Selects failed runs that were not restarted, rerun or forked since, lists them, and starts each of them again
once, with its own definition and input. Ten run here at the same time; with --submit a server runs them.`,
  action: async () => (await import('./rerun.ts')).rerun,
}
