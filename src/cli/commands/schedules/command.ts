import { type CliCommand, json } from '../../command.ts'

const SCHEDULE = "a schedule's id, or the name of its workflow"

const pausing = (name: string, isPaused: boolean, summary: string): CliCommand => ({
  name,
  summary,
  arguments: { schedule: ['<schedule>', SCHEDULE] },
  options: [json()],
  constants: { isPaused },
  action: async () => (await import('./schedules.ts')).pauseSchedule,
})

export const schedulesCommand: CliCommand = {
  name: 'schedules',
  summary: 'list and pause the schedules that start runs',
  examples: [
    'troupe schedules list',
    'troupe schedules next -n 10',
    'troupe schedules pause report            start none of its runs until unpaused',
  ],
  help: `Schedules come from the triggers of registered workflows: troupe workflows apply DIR. A server starts their
runs: troupe serve.`,
  subcommands: [
    {
      name: 'list',
      summary: 'list the schedules',
      options: [json('a JSON array')],
      action: async () => (await import('./schedules.ts')).listSchedules,
    },
    {
      name: 'next',
      summary: 'list the next slots of all schedules or of one',
      arguments: { schedule: ['[schedule]', SCHEDULE] },
      options: [['-n, --count <count>', 'number of slots (default 5)'], json('a JSON array')],
      action: async () => (await import('./schedules.ts')).nextSlots,
    },
    pausing('pause', true, 'start no runs until unpaused'),
    pausing('unpause', false, 'start runs again; missed slots follow the policy of the schedule'),
  ],
}
