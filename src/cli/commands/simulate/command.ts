import { type CliCommand, input, json, limit } from '../../command.ts'

export const simulateCommand: CliCommand = {
  name: 'simulate',
  summary: 'walk through a workflow without performing anything',
  arguments: { file: ['<file>', "the workflow's YAML file, or with --paths - for standard input"] },
  options: [
    input('input, as for run (default: made from its type)'),
    ['--paths', 'print the shortest path to every end, as test skeletons'],
    limit('with --paths: at most this many (default 200)'),
    json('a JSON object: the paths, or the walk'),
  ],
  examples: [
    'troupe simulate hello.yaml                     choose how each step ends, by hand',
    'troupe simulate hello.yaml -i name=Ada',
    `printf '1\\ngreet fails timeout\\n' | troupe simulate hello.yaml`,
    'troupe simulate hello.yaml --paths             every end, and the path to it',
    "troupe simulate hello.yaml --paths --json | jq '.paths[].title'",
  ],
  help: `Calls no model, tool or server, and stores nothing. Example outputs are generated from the types of the steps.
Any value that fits the type can be given: STEP JSON, or STEP fails CODE. Time advances to the next timer only
if no other outcome is chosen. A wrong line from a pipe ends the walk with exit code 2.`,
  action: async () => (await import('./simulate.ts')).simulate,
}
