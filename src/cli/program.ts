/** Gathers the commands. Each is declared in its own folder, and its code is loaded when it is called. */

import { Command, CommanderError } from 'commander'
import { addCommand, type CliCommand } from './command.ts'
import { approvalsCommand } from './commands/approvals/command.ts'
import { cancelCommand } from './commands/cancel/command.ts'
import { costReportCommand } from './commands/cost-report/command.ts'
import { dbCommand } from './commands/db/command.ts'
import { diffCommand } from './commands/diff/command.ts'
import { doctorCommand } from './commands/doctor/command.ts'
import { eventsCommand } from './commands/events/command.ts'
import { explainCommand } from './commands/explain/command.ts'
import { failedCommand } from './commands/failed/command.ts'
import { forkCommand } from './commands/fork/command.ts'
import { graphCommand } from './commands/graph/command.ts'
import { initCommand } from './commands/init/command.ts'
import { pauseCommand, unpauseCommand } from './commands/pause/command.ts'
import { planCommand } from './commands/plan/command.ts'
import { profileReportCommand } from './commands/profile-report/command.ts'
import { rerunCommand } from './commands/rerun/command.ts'
import { restartCommand } from './commands/restart/command.ts'
import { resumeCommand } from './commands/resume/command.ts'
import { runCommand } from './commands/run/command.ts'
import { runsCommand } from './commands/runs/command.ts'
import { schedulesCommand } from './commands/schedules/command.ts'
import { schemaCommand } from './commands/schema/command.ts'
import { serveCommand } from './commands/serve/command.ts'
import { signalCommand } from './commands/signal/command.ts'
import { simulateCommand } from './commands/simulate/command.ts'
import { submitCommand } from './commands/submit/command.ts'
import { tokensCommand } from './commands/tokens/command.ts'
import { traceCommand } from './commands/trace/command.ts'
import { trustCommand } from './commands/trust/command.ts'
import { validateCommand } from './commands/validate/command.ts'
import { watchCommand } from './commands/watch/command.ts'
import { workflowsCommand } from './commands/workflows/command.ts'
import { EXIT } from './exit-code.ts'
import { NARROWEST_COLUMN, renderHelp } from './help-text.ts'
import { toVisible } from './printable.ts'
import { readVersion } from './read-version.ts'

/** By their headings, and in the order of `troupe --help`. */
const COMMANDS: Readonly<Record<string, readonly CliCommand[]>> = {
  Write: [initCommand, validateCommand, planCommand, graphCommand, simulateCommand, explainCommand, schemaCommand],
  Run: [runCommand, submitCommand, serveCommand, watchCommand, resumeCommand, cancelCommand],
  Interact: [pauseCommand, unpauseCommand, approvalsCommand, signalCommand],
  Inspect: [
    runsCommand,
    traceCommand,
    eventsCommand,
    profileReportCommand,
    costReportCommand,
    diffCommand,
    failedCommand,
  ],
  Repeat: [forkCommand, restartCommand, rerunCommand],
  Operate: [workflowsCommand, schedulesCommand, tokensCommand, dbCommand, trustCommand, doctorCommand],
}

const PROGRAM_NOTES = {
  examples: [
    'troupe init my-flows                      create a project',
    'troupe run hello.yaml                     check a workflow and run it',
    'troupe run hello.yaml -i name=Ada         with an input',
    'troupe validate *.yaml                    check without running',
    'troupe runs                               past and current runs',
    'troupe trace last                         what the last run did',
    'troupe approvals list                     open approvals of all runs',
  ],
  help: `Exit codes: 0 completed, 1 failed or cancelled elsewhere, 2 wrong usage, workflow or input,
3 something is missing (database, secret), 130 after Ctrl-C.`,
}

/** True if commander has already printed help or a usage error, so that only the exit code is left to return. */
export const isCommanderError = (thrown: unknown): thrown is CommanderError => thrown instanceof CommanderError

/** Runs the command that the arguments name; resolves to its exit code. @throws CommanderError, and errors of the command */
export const parseArguments = async (argv: readonly string[]): Promise<number> => {
  let exitCode: number = EXIT.completed
  const program = createProgram((code) => {
    exitCode = code
  })
  await program.parseAsync([...argv])
  return exitCode
}

/** `end` receives the exit code of the command. docs/cli.md is generated from the program. */
export const createProgram = (end: (exitCode: number) => void): Command => {
  const program = new Command('troupe')
    .description('Runs AI workflows: YAML files, checked before they run, durable while they run.')
    .version(readVersion(), '--version', 'print the version')
    .option('--db <path>', 'database: a path or file: URL (TROUPE_DB; default .troupe/troupe.db)')
    .option('--server <url>', 'ask a server over HTTP in place of a database (TROUPE_SERVER, with TROUPE_TOKEN)')
    .option('--config <file>', 'project config (default: troupe.config.yaml beside the workflow or above it)')
    .option('--trust', 'trust all that the project config grants, for this command (TROUPE_TRUST=1)')
    .option('--no-color', 'no colours (NO_COLOR)')
    .option('--debug', 'show stack traces')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ minWidthToWrap: NARROWEST_COLUMN, subcommandTerm: nameWithArguments })
    .addHelpText('after', (context) => renderHelp(PROGRAM_NOTES, context))
    .exitOverride(toUsageExit)
    .configureOutput({ outputError: writeUsageError })
  for (const [group, commands] of Object.entries(COMMANDS))
    for (const command of commands) addCommand(program, command, end).helpGroup(`${group}:`)
  return program
}

/** `trace <run>`, in the list of commands: `[options]` would make its column wide and tell nothing. */
const nameWithArguments = (command: Command): string =>
  [
    command.name(),
    ...command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    ),
  ].join(' ')

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
  write(toVisible(`troupe: ${message}\n  hint: ${hint}\n`))
}
