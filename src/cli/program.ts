/** The arguments that each command takes. What a command does stands in its own module, loaded when it is called. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { collect, contextOf, describe, type End } from './command.ts'
import { addDatabaseCommands } from './db-commands.ts'
import { EXIT } from './exit-code.ts'
import { addPastCommands } from './past-commands.ts'
import {
  CANCEL_HELP,
  COST_REPORT_HELP,
  DOCTOR_HELP,
  EXPLAIN_HELP,
  GRAPH_HELP,
  INIT_HELP,
  PLAN_HELP,
  PROFILE_REPORT_HELP,
  PROGRAM_HELP,
  RESUME_HELP,
  RUN_HELP,
  RUNS_HELP,
  SCHEMA_HELP,
  SIMULATE_HELP,
  TRACE_HELP,
  VALIDATE_HELP,
} from './program-help.ts'
import { addReachCommands } from './reach-commands.ts'
import { addServeCommands } from './serve-commands.ts'
import { addWorkflowCommands } from './workflow-commands.ts'

/** Help was shown, or the arguments are wrong and that has been said: only the exit code is left to give. */
export const isCommanderError = (thrown: unknown): thrown is CommanderError => thrown instanceof CommanderError

/** Runs the command that the arguments name; its exit code. @throws CommanderError, and what the command throws */
export const parseArguments = async (argv: readonly string[]): Promise<number> => {
  let exitCode: number = EXIT.completed
  const program = createProgram((code) => {
    exitCode = code
  })
  await program.parseAsync([...argv])
  return exitCode
}

/** For docs/cli.md as well. */
export const createProgram = (end: End): Command => {
  const program = new Command('troupe')
    .description('Runs AI workflows: YAML files, checked before they run, durable while they run.')
    .version(readVersion(), '--version', 'print the version')
    .option('--db <path>', 'database: a path or file: URL (TROUPE_DB; default .troupe/troupe.db)')
    .option('--config <file>', 'project config (default: troupe.config.yaml beside the workflow or above it)')
    .option('--no-color', 'no colours (NO_COLOR)')
    .option('--debug', 'show stack traces')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', PROGRAM_HELP)
    .exitOverride(toUsageExit)
    .configureOutput({ outputError: writeUsageError })
  addRunCommands(program, end)
  addServeCommands(program, end)
  addReachCommands(program, end)
  addQueryCommands(program, end)
  addPastCommands(program, end)
  addWorkflowCommands(program, end)
  addProjectCommands(program, end)
  addDatabaseCommands(program, end)
  return program
}

const addRunCommands = (program: Command, end: End): void => {
  describe(program, 'run', 'check a workflow and run it', RUN_HELP)
    .argument('<file>', "the workflow's YAML file, or - for standard input")
    .option(
      '-i, --input <value>',
      'input: JSON, @FILE (.json, .yaml, @- for standard input) or key=value; repeatable',
      collect,
    )
    .option('-m, --model <alias=model>', 'another model for an alias: alias=provider/name; repeatable', collect)
    .option('--json', 'print one JSON object on standard output, and nothing else')
    .option('-q, --quiet', 'print the output and nothing else')
    .option('--inspect [address]', "show the run in Stately's inspector, at a port or ws:// address (default 8080)")
    .action(async (file, options, command) =>
      end(await (await import('./commands/run/run.ts')).run(contextOf(command), { file, ...options })),
    )
  describe(program, 'resume', 'go on with an interrupted run', RESUME_HELP)
    .argument('[run]', 'a run id, the beginning or end of one, or last')
    .option('--all', 'every run that was interrupted')
    .option('--json', 'print one JSON object, with --all an array')
    .option('-q, --quiet', 'print the output and nothing else')
    .action(async (run, options, command) =>
      end(await (await import('./commands/resume/resume.ts')).resume(contextOf(command), { run, ...options })),
    )
  describe(program, 'cancel', 'cancel a run, from another terminal as well', CANCEL_HELP)
    .argument('<run>', 'a run id, the beginning or end of one, or last')
    .option('--json', 'print a JSON object')
    .action(async (run, options, command) =>
      end(await (await import('./commands/cancel/cancel.ts')).cancel(contextOf(command), { run, ...options })),
    )
}

const addQueryCommands = (program: Command, end: End): void => {
  describe(program, 'runs', 'list runs, newest first', RUNS_HELP)
    .option('--status <status>', 'running, queued, waiting, paused, interrupted, completed, failed or cancelled')
    .option('--workflow <name>', 'of this workflow')
    .option('--limit <count>', 'at most so many (default 20)')
    .option('--json', 'print a JSON array')
    .action(async (options, command) =>
      end(await (await import('./commands/runs/runs.ts')).listRuns(contextOf(command), options)),
    )
  describe(program, 'trace', 'show what a run did, and when', TRACE_HELP)
    .argument('<run>', 'a run id, the beginning or end of one, or last')
    .option('--at <moment>', 'instead: what it was at behind a row of its journal, at a time (RFC 3339), or last')
    .option('--all', 'every foreach item, not only the first, the slow and the failed')
    .option('--json', 'print the run and its journal as a JSON object')
    .action(async (run, options, command) =>
      end(await (await import('./commands/trace/trace.ts')).trace(contextOf(command), { run, ...options })),
    )
  describe(
    program,
    'profile-report',
    'where the time of a run went, and what is worth making faster',
    PROFILE_REPORT_HELP,
  )
    .argument('[run]', 'a run id, the beginning or end of one, or last (default)')
    .option('--workflow <name>', 'instead: the last runs of this workflow that completed')
    .option('--limit <count>', 'with --workflow at most so many runs (default 20)')
    .option('--json', 'print a JSON object: { workflow, run, runs, duration_ms, steps, host, bottleneck }')
    .action(async (run, options, command) =>
      end(
        await (await import('./commands/profile-report/profile-report.ts')).profileReport(contextOf(command), {
          run,
          ...options,
        }),
      ),
    )
  describe(program, 'cost-report', 'what model calls did cost, over all providers', COST_REPORT_HELP)
    .option('--by <group>', 'provider, model, workflow, step or day (default model); repeatable', collect)
    .option('--since <time>', 'a day (UTC) such as 2026-01-31, a time, or how long ago: 7d')
    .option('--workflow <name>', 'of this workflow')
    .option('--json', 'print a JSON object: { total_cost_usd, unpriced_calls, rows }')
    .action(async (options, command) =>
      end(await (await import('./commands/cost-report/cost-report.ts')).costReport(contextOf(command), options)),
    )
}

const addProjectCommands = (program: Command, end: End): void => {
  describe(program, 'init', 'begin a project: a workflow that runs at once', INIT_HELP)
    .argument('[folder]', 'a folder, new or without these files (default: the working folder)')
    .option('--json', 'print a JSON object: { folder, files }')
    .action(async (folder, options, command) =>
      end(await (await import('./commands/init/init.ts')).init(contextOf(command), { folder, ...options })),
    )
  describe(program, 'validate', 'check workflows without running them', VALIDATE_HELP)
    .argument('<file...>', 'YAML files, or - for standard input')
    .option('--strict', 'prove more: conditions that never hold, steps never reached, more steps than the limit')
    .option('--json', 'print a JSON object: { ok, diagnostics }, with --strict proofs as well')
    .action(async (files, options, command) =>
      end(await (await import('./commands/validate/validate.ts')).validate(contextOf(command), { files, ...options })),
    )
  describe(program, 'plan', 'say what a workflow may cost, before a cent is spent', PLAN_HELP)
    .argument('<file>', "the workflow's YAML file, or - for standard input")
    .option('-i, --input <value>', 'input, as for run: makes lists and prompts known; repeatable', collect)
    .option('-m, --model <alias=model>', 'another model for an alias: alias=provider/name; repeatable', collect)
    .option('--json', 'print a JSON object')
    .action(async (file, options, command) =>
      end(await (await import('./commands/plan/plan.ts')).plan(contextOf(command), { file, ...options })),
    )
  describe(program, 'graph', 'draw a workflow, and what a run of it did', GRAPH_HELP)
    .argument('[file]', "the workflow's YAML file, or - for standard input; with --run it may be left out")
    .option('--format <format>', 'svg, mermaid, xstate or dot (default: by the ending of the output, else svg)')
    .option('-o, --output <file>', 'write it to this file instead of standard output')
    .option('--run <run>', 'colour what a run did: a run id, the beginning or end of one, or last')
    .action(async (file, options, command) =>
      end(await (await import('./commands/graph/graph.ts')).graph(contextOf(command), { file, ...options })),
    )
  describe(program, 'explain', 'say what a diagnostic or fault means, and what helps', EXPLAIN_HELP)
    .argument('[code]', 'such as unknown_field or rate_limited; without it all are listed')
    .option('--json', 'print a JSON object, without a code an array')
    .action(async (code, options, command) =>
      end(await (await import('./commands/explain/explain.ts')).explain(contextOf(command), { code, ...options })),
    )
  describe(program, 'simulate', 'walk through a workflow without performing anything', SIMULATE_HELP)
    .argument('<file>', "the workflow's YAML file, or with --paths - for standard input")
    .option('-i, --input <value>', 'input, as for run (default: made from its type); repeatable', collect)
    .option('--paths', 'print the shortest path to every end, as test skeletons')
    .option('--limit <count>', 'with --paths at most so many (default 200)')
    .option('--json', 'print a JSON object: the paths, or what was walked by hand')
    .action(async (file, options, command) =>
      end(await (await import('./commands/simulate/simulate.ts')).simulate(contextOf(command), { file, ...options })),
    )
  describe(program, 'schema', 'print the JSON Schema of the workflow language', SCHEMA_HELP)
    .option('--json', 'print it as JSON, which it always is')
    .action(async (_options, command) =>
      end(await (await import('./commands/schema/schema.ts')).printSchema(contextOf(command))),
    )
  describe(program, 'doctor', 'look for what is missing on this machine', DOCTOR_HELP)
    .argument(
      '[file]',
      "a workflow's YAML file, or - for standard input; without it those of the project are looked at",
    )
    .option('--json', 'print a JSON object: { ok, checks }')
    .action(async (file, options, command) =>
      end(await (await import('./commands/doctor/doctor.ts')).examine(contextOf(command), { file, ...options })),
    )
}

/** Beside the code in its repository, and one folder above the bundle. */
const readVersion = (): string => {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))
      if (name === 'troupe') return String(version)
    } catch {}
  }
  return 'unknown'
}

const toUsageExit = ({ code, message, exitCode }: CommanderError): never => {
  const isHelp = exitCode === 0 || code === 'commander.helpDisplayed' || code === 'commander.version'
  throw new CommanderError(isHelp ? EXIT.completed : EXIT.invalid, code, message)
}

const writeUsageError = (text: string, write: (text: string) => void): void => {
  const [message = '', suggestion = ''] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n')
  const [, nearest] = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(suggestion) ?? []
  const [, file] = /^unknown command '(.*\.ya?ml)'/.exec(message) ?? []
  const hint =
    file !== undefined
      ? `to run a workflow: troupe run ${file}`
      : nearest !== undefined
        ? `did you mean ${nearest.replace(/^(\S+)$/, "'$1'").replace(/, (?=[^,]*$)/, ' or ')}?`
        : 'troupe --help shows commands, troupe COMMAND --help their options'
  write(`troupe: ${message}\n  hint: ${hint}\n`)
}
