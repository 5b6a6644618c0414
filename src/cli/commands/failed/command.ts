import { type CliCommand, json, OF_WORKFLOW, SINCE } from '../../command.ts'

export const failedCommand: CliCommand = {
  name: 'failed',
  summary: 'list failed runs that are not handled yet, by fault and step',
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
list when it is restarted, rerun or forked. To list single runs: troupe runs --status failed.`,
  action: async () => (await import('./failed.ts')).failed,
}
