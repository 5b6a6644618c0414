import { type CliCommand, json, RUN } from '../../command.ts'

export const signalCommand: CliCommand = {
  name: 'signal',
  summary: 'send an event to runs',
  usage: '[options] <run> <event> | --match <expression> <event>',
  arguments: { first: ['<run-or-event>', `${RUN}; with --match the event`], second: ['[event]', 'name of the event'] },
  options: [
    ['--match <expression>', 'send to every run that has not ended and matches'],
    ['--data <value>', 'payload of the event: JSON, @FILE or key=value; repeatable', 'repeatable'],
    ['--id <id>', 'id of the event: each run takes the same id once'],
    json('a JSON object: { event, id, reached, repeated }'),
  ],
  examples: [
    'troupe signal q3v8zd paid --data amount=20',
    `troupe signal q3v8zd paid --data '{"amount": 20}' --id payment-7`,
    `troupe signal --match 'run.workflow == "order" && input.id == 42' paid`,
  ],
  help: `A run that waits for the event continues; a run that does not wait for it yet keeps it until it does. The
condition of --match is an expression over run { id, workflow, status, started_at } and input. It is evaluated
for every run that has not ended, child runs included.`,
  action: async () => (await import('./signal.ts')).signal,
}
