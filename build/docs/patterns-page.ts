import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PATTERN_GROUPS, type PatternEntry } from './pattern-table.ts'

const FOLDER = join(import.meta.dirname, '../../examples/patterns')

const introduce = (): string => `# Patterns

Workflows for tasks that come up again and again. Each is a small file of [examples/patterns](../examples/patterns/); this page shows the lines that
matter, and is generated from the files (\`node build/docs.ts\`). Tests compile every file, also with \`--strict\`, and run it with planned answers of servers,
persons and events. The keys are explained in [language.md](language.md).

\`troupe graph FILE\` draws a pattern, \`troupe simulate FILE\` walks through it without performing anything.
`

/** docs/patterns.md: the patterns by subject, each with its sentence and its key lines. */
export const renderPatterns = (): string =>
  [
    introduce(),
    ...PATTERN_GROUPS.map(({ title, patterns }) => `- ${title}: ${patterns.map(toLink).join(' · ')}`),
    '',
    ...PATTERN_GROUPS.flatMap(({ title, patterns }) => [`## ${title}\n`, ...patterns.map(renderPattern)]),
  ].join('\n')

const toTitle = (name: string): string => {
  const words = name.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const toLink = ({ name }: PatternEntry): string => `[${name.replaceAll('-', ' ')}](#${name})`

const renderPattern = ({ name, shows, alias }: PatternEntry): string => {
  const lines = readFileSync(join(FOLDER, `${name}.yaml`), 'utf8').split('\n')
  const [description = ''] = cut(lines, 'description', name)
  return [
    `### ${toTitle(name)}\n`,
    `${description.replace('description: ', '')}`,
    `[The file](../examples/patterns/${name}.yaml); also known as: ${alias}.\n`,
    '```yaml part',
    ...shows.flatMap((part) => cut(lines, part, name)),
    '```\n',
  ].join('\n')
}

/** The lines of a step, or of a key of the file, as far left as they go. */
const cut = (lines: readonly string[], part: string, file: string): string[] => {
  const opens = new RegExp(`^( *)- (\\{ )?id: ${part}\\b|^${part}:`)
  const start = lines.findIndex((line) => opens.test(line))
  if (start < 0) throw new Error(`'${part}' is neither a step nor a key of ${file}.yaml`)
  const indent = indentOf(lines[start] ?? '')
  const rest = lines.slice(start + 1)
  const length = rest.findIndex((line) => line !== '' && indentOf(line) <= indent)
  const found = [lines[start] ?? '', ...(length < 0 ? rest : rest.slice(0, length))].map((line) => line.slice(indent))
  return found.slice(0, found.findLastIndex((line) => line !== '') + 1)
}

const indentOf = (line: string): number => line.search(/\S|$/)
