import { type CliCommand, json } from '../../command.ts'

const NAME = ['<name>', 'the name of a workflow'] as const

export const workflowsCommand: CliCommand = {
  name: 'workflows',
  summary: 'register workflows by name, and compare their versions',
  examples: [
    'troupe workflows apply flows',
    'troupe workflows list',
    'troupe workflows diff support-triage',
    'troupe workflows show support-triage --of 2 > old.yaml',
  ],
  help: `Schedules, and runs submitted by name, use the newest version. A run keeps the version that it started with.`,
  subcommands: [
    {
      name: 'list',
      summary: 'list the newest version of each workflow',
      options: [json('a JSON array')],
      action: async () => (await import('./workflows.ts')).listWorkflows,
    },
    {
      name: 'show',
      summary: 'print the registered file of a workflow',
      arguments: { name: NAME },
      options: [['--of <version>', 'the version to print (default: the newest)'], json()],
      action: async () => (await import('./workflows.ts')).showWorkflow,
    },
    {
      name: 'diff',
      summary: 'compare two versions by steps and flow',
      arguments: {
        name: NAME,
        from: ['[from]', 'a version, or a file (default: the version before the newest)'],
        to: ['[to]', 'a version, or a file (default: the newest version)'],
      },
      options: [json()],
      examples: [
        'troupe workflows diff support-triage              the newest version and the one before',
        'troupe workflows diff support-triage 1 3',
        'troupe workflows diff support-triage flows/support-triage.yaml',
      ],
      action: async () => (await import('./diff-workflows.ts')).diffWorkflows,
    },
    {
      name: 'apply',
      summary: 'register the workflows of a folder, all or none',
      arguments: { paths: ['<path...>', 'folders and files'] },
      options: [['--dry-run', 'only show which are new, changed and unchanged'], json()],
      examples: ['troupe workflows apply flows --dry-run', 'troupe workflows apply flows/support-triage.yaml'],
      help: `Checks every file first and registers none if one has errors (exit code 2). The schedules of the new version
replace those of the last one; an unchanged schedule keeps its next slot and stays paused.`,
      action: async () => (await import('./apply-workflows.ts')).applyFiles,
    },
  ],
}
