import { type CliCommand, input, QUIET, RESULT_JSON, RUN, SUBMIT } from '../../command.ts'

export const restartCommand: CliCommand = {
  name: 'restart',
  summary: 'start an ended run again from the beginning, as a new run',
  arguments: { run: ['<run>', RUN] },
  options: [input('changes to the input, as for run'), SUBMIT, RESULT_JSON, QUIET],
  examples: ['troupe restart last', 'troupe restart q3v8zd --input max_drafts=5', 'troupe restart q3v8zd --submit'],
  help: `The new run has the definition, input and models of the old run, which stays as it is. --input changes the old
input. Secrets in an input are not stored and must be given again.`,
  action: async () => (await import('./restart.ts')).restart,
}
