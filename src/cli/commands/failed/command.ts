import { type CliCommand, json, OF_WORKFLOW, SINCE } from '../../command.ts'

export const failedCommand: CliCommand = {
  name: 'failed',
  summary: 'list failed runs and slots of schedules that are not handled yet',
  options: [
    OF_WORKFLOW,
    SINCE,
    ['--all', 'include runs that were restarted, rerun or forked since'],
    json('a JSON array'),
  ],
  examples: [
    'troupe failed',
    'troupe failed --workflow support-triage --since 7d',
    "troupe failed --json | jq -r '.[0].rerun'",
  ],
  help: `Groups failed runs by workflow, fault and step, and prints the command that reruns each group. A run leaves the
list when it is restarted, rerun or forked. To list single runs: troupe runs --status failed.

A slot of a schedule that failed before it had a run is listed too, by schedule and fault, with the commands that
retry or dismiss it. The newest 1,000 of each schedule are kept.`,
  action: async () => (await import('./failed.ts')).failed,
}
