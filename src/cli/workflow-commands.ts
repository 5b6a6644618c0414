/** The arguments of `troupe workflows`: what they take, and where they stand. */
import type { Command } from 'commander'
import { contextOf, describe, type End } from './command.ts'

export const addWorkflowCommands = (program: Command, end: End): void => {
  const workflows = describe(program, 'workflows', 'workflows registered by name, and their versions', WORKFLOWS_HELP)
  describe(workflows, 'list', 'list the newest version of each', '')
    .option('--json', 'print a JSON array')
    .action(async (options, command) =>
      end(await (await import('./commands/workflows/workflows.ts')).listWorkflows(contextOf(command), options)),
    )
  describe(workflows, 'show', 'print the file of one as it was registered', '')
    .argument('<name>', 'the name of a workflow')
    .option('--of <version>', 'of this version (default: the newest)')
    .option('--json', 'print a JSON object')
    .action(async (name, { of: version, ...options }, command) =>
      end(
        await (await import('./commands/workflows/workflows.ts')).showWorkflow(contextOf(command), {
          name,
          version,
          ...options,
        }),
      ),
    )
  describe(workflows, 'diff', 'what changed between two versions, by steps and flow', DIFF_HELP)
    .argument('<name>', 'the name of a workflow')
    .argument('[from]', 'a version, or a file (default: the version before the newest)')
    .argument('[to]', 'a version, or a file (default: the newest version)')
    .option('--json', 'print a JSON object')
    .action(async (name, from, to, options, command) =>
      end(
        await (await import('./commands/workflows/diff-workflows.ts')).diffWorkflows(contextOf(command), {
          name,
          from,
          to,
          ...options,
        }),
      ),
    )
  describe(workflows, 'apply', 'register the workflows of a folder, all or none', APPLY_HELP)
    .argument('<path...>', 'folders and files')
    .option('--dry-run', 'only say what is new, changed and unchanged')
    .option('--json', 'print a JSON object')
    .action(async (paths, options, command) =>
      end(
        await (await import('./commands/workflows/apply-workflows.ts')).applyFiles(contextOf(command), {
          paths,
          ...options,
        }),
      ),
    )
}

const WORKFLOWS_HELP = `
Examples:
  troupe workflows apply flows
  troupe workflows list
  troupe workflows diff support-triage
  troupe workflows show support-triage --of 2 > old.yaml

Runs that are submitted by name, and schedules, take the newest version. A run keeps the one that it began with.`

const DIFF_HELP = `
Examples:
  troupe workflows diff support-triage              the newest version and the one before
  troupe workflows diff support-triage 1 3
  troupe workflows diff support-triage flows/support-triage.yaml`

const APPLY_HELP = `
Examples:
  troupe workflows apply flows --dry-run
  troupe workflows apply flows/support-triage.yaml

Every file is checked first, and none is registered when one is wrong (exit code 2). The schedules of a workflow
take the place of those of its last version; one that is the same keeps its next slot, and stays paused.`
