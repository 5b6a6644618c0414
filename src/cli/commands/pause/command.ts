import { type CliCommand, json, RUN } from '../../command.ts'

const pausing = (kind: 'pause' | 'unpause', texts: Pick<CliCommand, 'summary' | 'examples' | 'help'>): CliCommand => ({
  name: kind,
  ...texts,
  arguments: { run: ['<run>', RUN] },
  options: [json('a JSON object: { run, status, done }')],
  constants: { kind },
  action: async () => (await import('./pause.ts')).pause,
})

export const pauseCommand = pausing('pause', {
  summary: 'start no new steps in a run',
  examples: ['troupe pause q3v8zd'],
  help: `Steps in flight finish and are recorded. No new step starts in the run or its child runs until
troupe unpause RUN. Deadlines keep running.`,
})

export const unpauseCommand = pausing('unpause', {
  summary: 'continue a paused run',
  examples: ['troupe unpause q3v8zd'],
})
