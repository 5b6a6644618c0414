/**
 * A command as data: its folder declares one, program.ts hands it to commander, and docs/cli.md is made from it. Arguments and
 * options that several commands take are worded once, below.
 */
import { type Command, Option } from 'commander'
import { type Context, createContext, type GlobalOptions } from './context.ts'
import { EXIT } from './exit-code.ts'
import { type Notes, renderHelp } from './help-text.ts'
import { expectNoServer } from './remote/named-server.ts'

/** Flags in commander's notation and their description. A repeatable option is given to the action as a list. */
export type OptionDeclaration = readonly [flags: string, about: string, kind?: 'repeatable' | 'required']

/**
 * Resolves to the exit code; to nothing if it is `completed`. `given` holds the arguments by their names, and the options by
 * their long flags.
 */
export type Action = { perform(context: Context, given: object): Promise<number> | Promise<void> }['perform']

export interface CliCommand extends Notes {
  name: string
  summary: string
  /** By the name that the action reads: commander's notation and a description. */
  arguments?: Readonly<Record<string, readonly [notation: string, about: string]>>
  options?: readonly OptionDeclaration[]
  /** Replaces the usage that commander derives. */
  usage?: string
  /** For a command that no server performs: why, and the way to have it there. It then refuses `--server` and TROUPE_SERVER. */
  needsDatabase?: string
  /** Given to the action besides what the user gives. */
  constants?: object
  /** Imports the code of the command: a start loads only that of the command it runs. */
  action?: () => Promise<Action>
  subcommands?: readonly CliCommand[]
}

/** Adds a command and its subcommands to the program; `end` receives the exit code. Returns the command. */
export const addCommand = (program: Command, declared: CliCommand, end: (exitCode: number) => void): Command => {
  const { name, summary, usage, action, subcommands = [] } = declared
  const command = program
    .command(name)
    .description(summary)
    .addHelpText('after', (context) => renderHelp(declared, context))
  if (usage !== undefined) command.usage(usage)
  for (const [notation, about] of Object.values(declared.arguments ?? {})) command.argument(notation, about)
  for (const option of declared.options ?? []) command.addOption(toOption(option))
  for (const subcommand of subcommands) addCommand(command, subcommand, end)
  if (action === undefined) return command
  return command.action(async () => {
    const names = Object.keys(declared.arguments ?? {})
    const values = Object.fromEntries(names.map((key, index) => [key, command.processedArgs[index]]))
    const given = { ...values, ...command.opts(), ...declared.constants }
    const context = createContext(command.optsWithGlobals<GlobalOptions>())
    if (declared.needsDatabase !== undefined) expectNoServer(context, declared.needsDatabase)
    const exitCode = await (await action())(context, given)
    end(exitCode ?? EXIT.completed)
  })
}

const toOption = ([flags, about, kind]: OptionDeclaration): Option => {
  const option = new Option(flags, about)
  if (kind === 'repeatable') option.argParser((value: string, values: string[] = []) => [...values, value])
  return kind === 'required' ? option.makeOptionMandatory() : option
}

export const RUN = 'a run id, the beginning or end of one, or last'
export const WORKFLOW_FILE = "the workflow's YAML file, or - for standard input"

export const input = (about = 'input, as for run'): OptionDeclaration => [
  '-i, --input <value>',
  `${about}; repeatable`,
  'repeatable',
]
export const MODEL: OptionDeclaration = [
  '-m, --model <alias=model>',
  'another model for an alias: alias=provider/name; repeatable',
  'repeatable',
]
export const QUIET: OptionDeclaration = ['-q, --quiet', 'print the output and nothing else']
export const SUBMIT: OptionDeclaration = ['--submit', 'queue it for a server instead of running it here']
export const OF_WORKFLOW: OptionDeclaration = ['--workflow <name>', 'only of this workflow']
export const SINCE: OptionDeclaration = [
  '--since <time>',
  'only since a day (UTC) such as 2026-01-31, a time, or an age such as 7d',
]
export const UNTIL: OptionDeclaration = ['--until <time>', 'only before a day (UTC), a time, or an age']
export const ALL: OptionDeclaration = ['--all', 'all of them, without a limit']

/** @param shape Keys of the object, or what else is printed. */
export const json = (shape = 'a JSON object'): OptionDeclaration => ['--json', `print ${shape}`]
export const RESULT_JSON = json('one JSON object on standard output, and nothing else')
export const limit = (about = 'at most this many'): OptionDeclaration => ['--limit <count>', about]
