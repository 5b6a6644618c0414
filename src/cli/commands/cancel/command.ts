import { type CliCommand, json, RUN } from '../../command.ts'

export const cancelCommand: CliCommand = {
  name: 'cancel',
  summary: 'cancel a run, also from another terminal',
  arguments: { run: ['<run>', RUN] },
  options: [json()],
  examples: ['troupe cancel last', 'troupe cancel q3v8zd', 'troupe cancel last --server https://troupe.example'],
  help: `Cancels runs of other processes, queued and waiting runs, and child runs together with their parent. Completed
steps that declare undo are undone. The command lists the steps that were in flight and may have taken effect.
A run that has ended stays as it is (exit code 1).`,
  action: async () => (await import('./cancel.ts')).cancel,
}
