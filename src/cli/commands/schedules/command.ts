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

const dealing = (command: Pick<CliCommand, 'name' | 'summary' | 'help' | 'action'>): CliCommand => ({
  ...command,
  arguments: { schedule: ['<schedule>', SCHEDULE] },
  options: [['--fault <code>', 'only slots that failed with this fault'], json()],
})

export const schedulesCommand: CliCommand = {
  name: 'schedules',
  summary: 'list and pause the schedules that start runs, and retry what failed',
  examples: [
    'troupe schedules list',
    'troupe schedules next -n 10',
    'troupe schedules pause report            start none of its runs until unpaused',
    'troupe schedules retry report            try its failed slots again',
  ],
  help: `Schedules come from the triggers of registered workflows: troupe workflows apply DIR. A server starts their
runs: troupe serve. A slot fails before it has a run if its input or condition fails, the input does not fit, the
flow rejects the run, or the workflow does not compile: troupe failed lists these too.`,
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
    dealing({
      name: 'retry',
      summary: 'start the runs of slots that failed before they had one',
      help: `Tries each failed slot once, the oldest first, with the newest version of the workflow: correct it and register it
first (troupe workflows apply). A slot that starts its run leaves the list; one that fails again stays, and the exit
code is 1. A slot has one run, however often it is retried.`,
      action: async () => (await import('./failed-slots.ts')).retryFailed,
    }),
    dealing({
      name: 'dismiss',
      summary: 'forget slots that failed before they had a run',
      help: 'The slots leave the list of troupe failed.',
      action: async () => (await import('./failed-slots.ts')).dismissFailed,
    }),
  ],
}
