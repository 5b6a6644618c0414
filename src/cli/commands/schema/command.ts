import { type CliCommand, json } from '../../command.ts'

export const schemaCommand: CliCommand = {
  name: 'schema',
  summary: 'print the JSON Schema of the workflow language',
  options: [json('JSON, which is the only format')],
  examples: ['troupe schema > workflow.schema.json'],
  help: `Name the schema in the first line of a workflow, and an editor completes the language:
  # yaml-language-server: $schema=workflow.schema.json`,
  action: async () => (await import('./schema.ts')).printSchema,
}
