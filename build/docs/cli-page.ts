import type { Command } from 'commander'
import { EXIT } from '../../src/cli/exit-code.ts'
import { createProgram } from '../../src/cli/program.ts'

const INTRODUCTION = `# Command line

All commands with their arguments and options, as \`troupe --help\` and \`troupe COMMAND --help\` print them. This page is generated
from the declarations of the commands (\`node build/docs.ts\`).

Results go to standard output, everything else to standard error. With \`--json\` standard output holds one JSON value and nothing
else; \`events\` and \`serve\` print one JSON value on each line.
`

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  completed: 'completed',
  failed: 'the run failed, or was cancelled elsewhere',
  invalid: 'wrong usage, workflow or input',
  environment: 'something is missing: the database, the disk, a secret, a newer Node',
  interrupted: 'Ctrl-C: the first cancels the run, the second leaves it, and it can be resumed',
  terminated: 'SIGTERM; the run can be resumed',
}

/** Renders docs/cli.md from the commander program. */
export const renderCli = (): string => {
  const program = createProgram(() => {})
  const commands = listCommands(program)
  return [
    INTRODUCTION,
    ...renderTable(
      ['command', ''],
      commands.map((command) => [`[\`${nameOf(command)}\`](#${anchorOf(command)})`, command.description()]),
    ),
    '## Options of every command\n',
    ...renderOptions(program),
    '## Exit codes\n',
    ...renderTable(
      ['code', 'meaning'],
      Object.entries(EXIT_MEANINGS).map(([name, meaning]) => [String(EXIT[name as keyof typeof EXIT]), meaning]),
    ),
    ...commands.flatMap(renderCommand),
  ].join('\n')
}

/** Subcommands follow their command. */
const listCommands = ({ commands }: Command): Command[] =>
  commands.filter((command) => command.name() !== 'help').flatMap((command) => [command, ...listCommands(command)])

/** `approvals list`. */
const nameOf = (command: Command): string =>
  command.parent?.parent == null ? command.name() : `${nameOf(command.parent)} ${command.name()}`

const anchorOf = (command: Command): string => `troupe-${nameOf(command).replaceAll(' ', '-')}`

const renderCommand = (command: Command): string[] => [
  `## \`troupe ${nameOf(command)}\`\n`,
  `${toSentence(command.description())}\n`,
  `\`\`\`\ntroupe ${nameOf(command)} ${command.usage()}\n\`\`\`\n`,
  ...renderArguments(command),
  ...renderOptions(command),
  ...renderHelp(readHelp(command)),
]

const toSentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`

const renderArguments = ({ registeredArguments }: Command): string[] =>
  registeredArguments.length === 0
    ? []
    : renderTable(
        ['argument', ''],
        registeredArguments.map((argument) => {
          const name = `${argument.name()}${argument.variadic ? '...' : ''}`
          return [`\`${name}\`${argument.required ? '' : ' (optional)'}`, argument.description]
        }),
      )

const renderOptions = ({ options }: Command): string[] => {
  const shown = options.filter(({ hidden }) => !hidden)
  return shown.length === 0
    ? []
    : renderTable(
        ['option', ''],
        shown.map(({ flags, description }) => [`\`${flags}\``, description]),
      )
}

const renderTable = ([first = '', second = '']: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${first} | ${second} |`,
  '|---|---|',
  ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
  '',
]

/** Text below the options in the help of a command. */
const readHelp = (command: Command): string => {
  const written: string[] = []
  command.configureOutput({ writeOut: (text) => written.push(text), getOutHelpWidth: () => Number.POSITIVE_INFINITY })
  command.outputHelp()
  return written.join('').slice(command.helpInformation().length)
}

/** Renders indented lines as code and the others as text. */
const renderHelp = (help: string): string[] => {
  const blocks: { isCode: boolean; lines: string[] }[] = []
  for (const line of help.split('\n')) {
    const isCode = line.startsWith('  ')
    const last = blocks.at(-1)
    if (line.trim() === '') blocks.push({ isCode: false, lines: [] })
    else if (last === undefined || last.isCode !== isCode) blocks.push({ isCode, lines: [line] })
    else last.lines.push(line)
  }
  return blocks
    .filter(({ lines }) => lines.length > 0)
    .map(({ isCode, lines }) =>
      isCode ? `\`\`\`sh\n${lines.map(toCode).join('\n')}\n\`\`\`\n` : `${lines.map(toMarkdown).join('\n')}\n`,
    )
}

/** Turns the text behind a command line into a comment. */
const toCode = (line: string): string => line.slice(2).replace(/^(\S.*?)( {2,})(\S.*)$/, '$1$2# $3')

const COMMAND = /(?<![\w`])(?:troupe [a-z-]+(?: (?:--[a-z-]+|[A-Z]{2,}|last))*|--[a-z][a-z-]*)/g

const toMarkdown = (line: string): string => line.replaceAll('<', '\\<').replaceAll(COMMAND, '`$&`')
