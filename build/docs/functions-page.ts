import { FORM_TABLE } from '../../src/compiler/expression/form-table.ts'
import { FUNCTION_TABLE } from '../../src/compiler/expression/function-table.ts'

type Row = (typeof FORM_TABLE)[number]

const introduce = (): string => `# Functions

What expressions can call; how expressions work is in [language.md](language.md#expressions). This page is generated from the code
(\`node build/docs.ts\`).

A function may be written before its first argument or behind it: \`size(list)\` and \`list.size()\` are the same. Only
${listPlainNames()} are always written before it.
Every example is an expression that is true.
`

/** docs/functions.md: every function of the expression language. */
export const renderFunctions = (): string =>
  [
    introduce(),
    '## Functions\n',
    renderTable([...FUNCTION_TABLE].sort((a, b) => (a.name < b.name ? -1 : 1))),
    '## Forms\n',
    'These are part of the syntax: they decide what is evaluated, or name a variable for a part of the expression.\n',
    renderTable(FORM_TABLE),
  ].join('\n')

const listPlainNames = (): string => {
  const names = FUNCTION_TABLE.filter(({ isMethod }) => !isMethod).map(({ name }) => `\`${name}\``)
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const renderTable = (rows: readonly Row[]): string =>
  [
    '| signature | what it gives | example |',
    '|---|---|---|',
    ...rows.map(
      ({ signature, doc, example }) =>
        `| \`${escapeCell(signature)}\` | ${escapeCell(doc)} | \`${escapeCell(example)}\` |`,
    ),
    '',
  ].join('\n')

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
