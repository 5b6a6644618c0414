import { TOOL_DESCRIPTIONS } from '../../src/actors/tools/tool-catalogue.ts'
import type { JsonSchema } from '../../src/core/json-schema.ts'

const INTRODUCTION = `# Tools

What a \`tool\` step can name, with the fields of \`with\` and of the output. This page is generated from the code
(\`node build/docs.ts\`).

- A **reading** tool is tried up to 3 times by default, and again when the process died in it.
- A **writing** tool is tried once by default; when the process died in it, the step fails with \`outcome_unknown\`, unless it
  has a \`key\` or \`on_lost: retry\`.
- Any tool may fail with \`timeout\`, \`invalid_input\` or \`tool_failed\`; further [faults](errors.md#faults) are listed with each.
`

/** docs/tools.md: every built-in tool with its schemas. */
export const renderTools = (): string =>
  [INTRODUCTION, ...renderIndex(), ...TOOL_DESCRIPTIONS.map(renderTool)].join('\n')

const renderIndex = (): string[] => [
  '| tool | | |',
  '|---|---|---|',
  ...TOOL_DESCRIPTIONS.map(({ name, description, writes, available }) => {
    const [summary = ''] = description.split(/(?<=\.) /)
    const kind = `${writes ? 'writing' : 'reading'}${available ? '' : ', in a later release'}`
    return `| [\`${name}\`](#${name.replaceAll('.', '')}) | ${kind} | ${summary.replaceAll('|', '\\|')} |`
  }),
  '',
]

const renderTool = ({
  name,
  description,
  writes,
  available,
  input,
  output,
  exclusive = [],
  faults = [],
}: (typeof TOOL_DESCRIPTIONS)[number]): string =>
  [
    `## \`${name}\`\n`,
    `${description}${available ? '' : ' **Comes in a later release:** it is checked now, and can not be run yet.'}\n`,
    `A ${writes ? 'writing' : 'reading'} tool.\n`,
    renderFields('input', input),
    ...exclusive.map((fields) => `At most one of ${fields.map((field) => `\`${field}\``).join(', ')}.\n`),
    renderFields('output', output),
    ...(faults.length === 0 ? [] : [`Faults: ${faults.map((code) => `\`${code}\``).join(', ')}.\n`]),
  ].join('\n')

const renderFields = (title: string, { properties = {}, required = [] }: JsonSchema): string => {
  const fields = Object.entries(properties)
  if (fields.length === 0) return `No ${title}.\n`
  const rows = fields.map(([name, schema]) => {
    const presence = required.includes(name) || title === 'output' ? '' : 'optional'
    const fallback = schema.default === undefined ? presence : `default \`${JSON.stringify(schema.default)}\``
    return `| \`${name}\` | ${renderType(schema)} | ${[fallback, renderText(schema)].filter(Boolean).join('; ')} |`
  })
  return [`| ${title} | type | |`, '|---|---|---|', ...rows, ''].join('\n')
}

const renderText = ({ description, minimum, maximum }: JsonSchema): string => {
  const limits = maximum === undefined ? '' : `${minimum} to ${maximum}`
  return [description ?? '', limits].filter(Boolean).join('; ').replaceAll('|', '\\|')
}

const renderType = (schema: JsonSchema): string => {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.type === 'array' && typeof schema.items === 'object') return `list of ${renderType(schema.items)}`
  if (schema.anyOf !== undefined) return schema.anyOf.map(renderType).join(' or ')
  if (schema.properties !== undefined) return `\`${renderObject(schema)}\``
  return [schema.type ?? 'any'].flat().join(' or ').replace('array', 'list')
}

const renderObject = ({ properties = {} }: JsonSchema): string => {
  const fields = Object.entries(properties).map(([name, schema]) =>
    schema.properties === undefined ? name : `${name}: ${renderObject(schema)}`,
  )
  return `{ ${fields.join(', ')} }`
}
