import type { CliCommand } from '../../command.ts'

export const graphCommand: CliCommand = {
  name: 'graph',
  summary: 'draw a workflow, or what a run of it did',
  arguments: {
    file: ['[file]', "the workflow's YAML file, or - for standard input; optional with --run"],
  },
  options: [
    ['--format <format>', 'svg, mermaid, xstate or dot (default: by the extension of the output, else svg)'],
    ['-o, --output <file>', 'write to this file instead of standard output'],
    ['--run <run>', 'colour what a run did: a run id, the beginning or end of one, or last'],
  ],
  examples: [
    'troupe graph hello.yaml -o hello.svg           a picture for browsers, light and dark',
    'troupe graph --run last -o last.svg            what the last run did: visits, time, failed, skipped',
    'troupe graph hello.yaml --format mermaid       text for Markdown',
    'troupe graph hello.yaml --format xstate        the machine as JSON, for stately.ai/editor',
    'troupe graph hello.yaml --format dot           text for Graphviz',
  ],
  action: async () => (await import('./graph.ts')).graph,
}
