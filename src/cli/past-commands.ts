/** The arguments of the commands that make something of runs that were. */
import { type Command, Option } from 'commander'
import { collect, contextOf, describe, type End } from './command.ts'
import { DIFF_HELP, FAILED_HELP, FORK_HELP, RERUN_HELP, RESTART_HELP } from './past-help.ts'

const RUN_ARGUMENT = 'a run id, the beginning or end of one, or last'
const FROM = 'the step that it begins at, with the foreach items around it: grades[3]/grade'
const SUBMIT = 'leave it to whoever serves the database'

export const addPastCommands = (program: Command, end: End): void => {
  addFork(program, end)
  addRestart(program, end)
  addRerun(program, end)
  addFailed(program, end)
  addDiff(program, end)
}

const addFork = (program: Command, end: End): void => {
  describe(program, 'fork', 'begin a new run in the middle of an old one', FORK_HELP)
    .argument('<run>', RUN_ARGUMENT)
    .addOption(new Option('--from <step>', FROM).makeOptionMandatory())
    .option('--visit <count>', 'which visit of the step (default: the first)')
    .option('-i, --input <value>', 'changes of the input, as for run; repeatable', collect)
    .option('-m, --model <alias=model>', 'another model for an alias: alias=provider/name; repeatable', collect)
    .option('--set <step.output=json>', 'another output in place of a recorded one, JSON or @FILE; repeatable', collect)
    .option('--same-keys', "idempotency keys are the old run's")
    .option('--submit', SUBMIT)
    .option('--dry-run', 'only say what would be copied')
    .option('--json', 'print one JSON object on standard output, and nothing else')
    .option('-q, --quiet', 'print the output and nothing else')
    .action(async (run, options, command) =>
      end(await (await import('./commands/fork/fork.ts')).fork(contextOf(command), { run, ...options })),
    )
}

const addRestart = (program: Command, end: End): void => {
  describe(program, 'restart', 'begin a run that has ended anew, as a new run', RESTART_HELP)
    .argument('<run>', RUN_ARGUMENT)
    .option('-i, --input <value>', 'changes of the input, as for run; repeatable', collect)
    .option('--submit', SUBMIT)
    .option('--json', 'print one JSON object on standard output, and nothing else')
    .option('-q, --quiet', 'print the output and nothing else')
    .action(async (run, options, command) =>
      end(await (await import('./commands/restart/restart.ts')).restart(contextOf(command), { run, ...options })),
    )
}

const addRerun = (program: Command, end: End): void => {
  describe(program, 'rerun', 'begin many runs anew that failed', RERUN_HELP)
    .option('--status <status>', 'failed (default) or cancelled')
    .option('--workflow <name>', 'of this workflow')
    .option('--since <time>', 'that ended since a day (UTC), a time, or how long ago: 7d')
    .option('--fault <code>', 'with this fault, such as rate_limited')
    .option('--step <id>', 'that failed in this step')
    .option('--limit <count>', 'at most so many, the newest')
    .option('--submit', 'leave them to whoever serves the database')
    .option('--dry-run', 'only list them')
    .option('--json', 'print a JSON array')
    .option('-q, --quiet', 'print nothing')
    .action(async (options, command) =>
      end(await (await import('./commands/rerun/rerun.ts')).rerun(contextOf(command), options)),
    )
}

const addFailed = (program: Command, end: End): void => {
  describe(program, 'failed', 'what failed and waits to be dealt with, by fault and step', FAILED_HELP)
    .option('--workflow <name>', 'of this workflow')
    .option('--since <time>', 'that ended since a day (UTC), a time, or how long ago: 7d')
    .option('--all', 'those that were restarted, rerun or forked since, too')
    .option('--json', 'print a JSON array')
    .action(async (options, command) =>
      end(await (await import('./commands/failed/failed.ts')).failed(contextOf(command), options)),
    )
}

const addDiff = (program: Command, end: End): void => {
  describe(program, 'diff', 'where two runs part, and what they did cost', DIFF_HELP)
    .argument('<run>', RUN_ARGUMENT)
    .argument('<other>', RUN_ARGUMENT)
    .option('--all', 'every step, not only the first 40')
    .option('--json', 'print a JSON object')
    .action(async (run, other, options, command) =>
      end(await (await import('./commands/diff/diff.ts')).diff(contextOf(command), { run, other, ...options })),
    )
}
