import { type CliCommand, json, QUIET, RUN } from '../../command.ts'

export const resumeCommand: CliCommand = {
  name: 'resume',
  needsDatabase: 'a server continues its runs by itself: troupe watch RUN follows one',
  summary: 'continue an interrupted run',
  arguments: { run: ['[run]', RUN] },
  options: [['--all', 'every interrupted run'], json('one JSON object, with --all an array'), QUIET],
  examples: [
    'troupe resume                   the only interrupted run',
    'troupe resume last',
    'troupe resume q3v8zd            the end of a run id is enough',
    'troupe resume --all',
  ],
  help: `No recorded step is performed again: the run continues from its last recorded outcome. Without an argument the
command takes the only interrupted run or, if there is none, the only queued or waiting run. For queued and
waiting runs a process that stays is the better choice: troupe serve.`,
  action: async () => (await import('./resume.ts')).resume,
}
