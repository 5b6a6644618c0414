import { ALL, type CliCommand, json, limit, RUN, SINCE, UNTIL } from '../../command.ts'

export const eventsCommand: CliCommand = {
  name: 'events',
  summary: 'list the events that runs have emitted',
  options: [
    ['--type <type>', 'only of this type'],
    ['--run <run>', `only of this run: ${RUN}`],
    SINCE,
    UNTIL,
    limit('at most this many, the newest (default 100 without --json)'),
    ALL,
    json('a CloudEvent as JSON on each line'),
  ],
  examples: [
    'troupe events',
    'troupe events --type order.paid --since 1h',
    'troupe events --run last --json | jq .data',
    'troupe events --json > events.jsonl',
  ],
  help: 'Lists events of emit steps, oldest first. With --json each line is a CloudEvent (version 1.0).',
  action: async () => (await import('./events.ts')).listEvents,
}
