/** The commands of whoever keeps a server: what they take, and where they stand. */
import type { Command } from 'commander'
import { contextOf, describe, type End } from './command.ts'

export const addServeCommands = (program: Command, end: End): void => {
  describe(program, 'serve', 'take up runs, deadlines and schedules until it is stopped', SERVE_HELP)
    .option(
      '--max-runs <count>',
      'how many runs go on at once at the most (default 1000); those that wait do not count',
    )
    .option('--json', 'print what happens as JSON lines on standard output')
    .action(async (options, command) =>
      end(await (await import('./commands/serve/serve.ts')).serve(contextOf(command), options)),
    )
  const schedules = describe(program, 'schedules', 'what begins runs by the clock', SCHEDULES_HELP)
  describe(schedules, 'list', 'list the schedules', '')
    .option('--json', 'print a JSON array')
    .action(async (options, command) =>
      end(await (await import('./commands/schedules/schedules.ts')).listSchedules(contextOf(command), options)),
    )
  describe(schedules, 'next', 'the next slots, of all schedules or of one', '')
    .argument('[schedule]', "a schedule's id, or the name of its workflow")
    .option('-n, --count <count>', 'how many (default 5)')
    .option('--json', 'print a JSON array')
    .action(async (schedule, options, command) =>
      end(
        await (await import('./commands/schedules/schedules.ts')).nextSlots(contextOf(command), {
          schedule,
          ...options,
        }),
      ),
    )
  for (const [name, isPaused, what] of [
    ['pause', true, 'begin no run until it is unpaused'],
    ['unpause', false, 'begin runs again; what it missed goes by its policy'],
  ] as const)
    describe(schedules, name, what, '')
      .argument('<schedule>', "a schedule's id, or the name of its workflow")
      .option('--json', 'print a JSON object')
      .action(async (schedule, options, command) =>
        end(
          await (await import('./commands/schedules/schedules.ts')).pauseSchedule(contextOf(command), {
            schedule,
            isPaused,
            ...options,
          }),
        ),
      )
}

const SERVE_HELP = `
Examples:
  troupe serve
  troupe submit hello.yaml -i name=Ada      in another terminal: it is run here
  troupe serve --json >> serve.log

It takes up what is submitted, runs whose process is gone, and runs whose deadline, event or decision has
come; it begins what schedules ask for. Several servers may share a database: each run has one holder, each
slot of a schedule begins one run. Runs that only wait cost a row and no memory. Nothing listens on a port.
Once an hour ended runs are deleted that are kept long enough (\`retention\`, default: completed 30d, failed 90d,
the last 10000): docs/operations.md.

SIGTERM or Ctrl-C stops: nothing new is begun, what is in flight has 8 seconds to end, all runs can be taken up
again, exit code 0. A second one exits at once. Unless the config says otherwise, what is written survives a
power cut (durability: power).`

const SCHEDULES_HELP = `
Examples:
  troupe schedules list
  troupe schedules next -n 10
  troupe schedules pause report            begin no run of it until it is unpaused

Schedules come from the triggers of registered workflows: troupe workflows apply DIR. A server begins their
runs: troupe serve.`
