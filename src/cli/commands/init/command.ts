import { type CliCommand, json } from '../../command.ts'

export const initCommand: CliCommand = {
  name: 'init',
  summary: 'create a project with a workflow that runs at once',
  arguments: { folder: ['[folder]', 'a folder, new or without these files (default: the working folder)'] },
  options: [json('a JSON object: { folder, files }')],
  examples: ['troupe init', 'troupe init my-flows'],
  help: `Writes a workflow, its config and data, and editor settings that complete and check the language without a
network. Existing files are not overwritten.`,
  action: async () => (await import('./init.ts')).init,
}
