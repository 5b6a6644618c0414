/** The arguments of the commands that reach runs of other processes. */
import type { Command } from 'commander'
import { collect, contextOf, describe, type End } from './command.ts'
import {
  APPROVALS_HELP,
  APPROVE_HELP,
  EVENTS_HELP,
  LINK_HELP,
  LIST_APPROVALS_HELP,
  PAUSE_HELP,
  REJECT_HELP,
  SHOW_APPROVAL_HELP,
  SIGNAL_HELP,
  SUBMIT_HELP,
  UNPAUSE_HELP,
} from './reach-help.ts'

const RUN_ARGUMENT = 'a run id, the beginning or end of one, or last'

export const addReachCommands = (program: Command, end: End): void => {
  addSubmit(program, end)
  addApprovals(program, end)
  addSignal(program, end)
  addEvents(program, end)
  addPauses(program, end)
}

const addSubmit = (program: Command, end: End): void => {
  describe(program, 'submit', 'check a workflow and leave the run to whoever serves the database', SUBMIT_HELP)
    .argument('<workflow>', "the workflow's YAML file, - for standard input, or the name of a registered workflow")
    .option('-i, --input <value>', 'input, as for run; repeatable', collect)
    .option('-m, --model <alias=model>', 'another model for an alias: alias=provider/name; repeatable', collect)
    .option('--key <key>', 'idempotency key: the same request under the same key is the same run')
    .option('--wait', 'follow the run to its end')
    .option('--json', 'print a JSON object: { run, workflow, status, key, is_new }, with --wait that of run')
    .option('-q, --quiet', 'print the run id, with --wait the output, and nothing else')
    .action(async (workflow, options, command) =>
      end(await (await import('./commands/submit/submit.ts')).submit(contextOf(command), { workflow, ...options })),
    )
}

const APPROVAL_ARGUMENT = 'the id of an approval, the beginning of one, or a run'
const PATH_ARGUMENT = 'with a run: the path of the step; it may be left out where one thing alone is asked'

const addApprovals = (program: Command, end: End): void => {
  const approvals = describe(program, 'approvals', 'what runs ask people, and their answers', APPROVALS_HELP)
  describe(approvals, 'list', 'what is asked now, oldest first', LIST_APPROVALS_HELP)
    .option('--run <run>', 'of this run and its child runs')
    .option('--workflow <name>', 'of this workflow')
    .option('--limit <count>', 'at most so many')
    .option('--json', 'print a JSON array')
    .action(async (options, command) =>
      end(await (await import('./commands/approvals/approvals.ts')).listApprovals(contextOf(command), options)),
    )
  describe(approvals, 'show', 'what a person needs to decide', SHOW_APPROVAL_HELP)
    .argument('<approval>', APPROVAL_ARGUMENT)
    .argument('[path]', PATH_ARGUMENT)
    .option('--json', 'print a JSON object')
    .action(async (approval, path, options, command) =>
      end(
        await (await import('./commands/approvals/approvals.ts')).showApproval(contextOf(command), {
          approval,
          path,
          ...options,
        }),
      ),
    )
  addDecision(approvals, end, { name: 'approve', verdict: 'approved', help: APPROVE_HELP })
  addDecision(approvals, end, { name: 'reject', verdict: 'rejected', help: REJECT_HELP })
  describe(approvals, 'link', 'make a token that decides it, once', LINK_HELP)
    .argument('<approval>', APPROVAL_ARGUMENT)
    .argument('[path]', PATH_ARGUMENT)
    .option('--json', 'print a JSON object: { token, approval, run, path, title, due_at }')
    .action(async (approval, path, options, command) =>
      end(
        await (await import('./commands/approvals/approvals.ts')).linkApproval(contextOf(command), {
          approval,
          path,
          ...options,
        }),
      ),
    )
}

const addDecision = (
  approvals: Command,
  end: End,
  { name, verdict, help }: { name: string; verdict: 'approved' | 'rejected'; help: string },
): void => {
  const command = describe(approvals, name, verdict === 'approved' ? 'say yes' : 'say no', help)
    .argument('[approval]', APPROVAL_ARGUMENT)
    .argument('[path]', PATH_ARGUMENT)
    .option('--by <name>', 'who decides (default: the user of this machine)')
    .option('--comment <text>', 'why')
    .option('--token <token>', 'decide what a token of troupe approvals link stands for')
    .option('--json', 'print a JSON object: { id, run, path, verdict, by, counted }')
  if (verdict === 'approved')
    command.option('--values <value>', 'what the form is filled in with: JSON, @FILE or key=value; repeatable', collect)
  command.action(async (approval, path, options, called) =>
    end(
      await (await import('./commands/approvals/decide-approval.ts')).decideApproval(contextOf(called), {
        verdict,
        approval,
        path,
        ...options,
      }),
    ),
  )
}

const addSignal = (program: Command, end: End): void => {
  describe(program, 'signal', 'send an event to runs', SIGNAL_HELP)
    .usage('[options] <run> <event> | --match <expression> <event>')
    .argument('<run-or-event>', `${RUN_ARGUMENT}; with --match the event`)
    .argument('[event]', 'the name of the event')
    .option('--match <expression>', 'every run that goes on and for which this holds')
    .option('--data <value>', 'what the event carries: JSON, @FILE or key=value; repeatable', collect)
    .option('--id <id>', 'the id of the event: the same one counts once for each run')
    .option('--json', 'print a JSON object: { event, id, reached, repeated }')
    .action(async (first, second, options, command) =>
      end(
        await (await import('./commands/signal/signal.ts')).signal(contextOf(command), { first, second, ...options }),
      ),
    )
}

const addEvents = (program: Command, end: End): void => {
  describe(program, 'events', 'list what runs have emitted', EVENTS_HELP)
    .option('--type <type>', 'of this type')
    .option('--run <run>', `of this run: ${RUN_ARGUMENT}`)
    .option('--since <time>', 'a day (UTC) such as 2026-01-31, a time, or how long ago: 7d')
    .option('--limit <count>', 'the last ones, at most so many (default 100 without --json)')
    .option('--json', 'print a CloudEvent as JSON on each line')
    .action(async (options, command) =>
      end(await (await import('./commands/events/events.ts')).listEvents(contextOf(command), options)),
    )
}

const addPauses = (program: Command, end: End): void => {
  for (const [name, description, help] of [
    ['pause', 'begin nothing new in a run', PAUSE_HELP],
    ['unpause', 'go on with a paused run', UNPAUSE_HELP],
  ] as const)
    describe(program, name, description, help)
      .argument('<run>', RUN_ARGUMENT)
      .option('--json', 'print a JSON object: { run, status, done }')
      .action(async (run, options, command) =>
        end(
          await (await import('./commands/pause/pause.ts')).pause(contextOf(command), { run, kind: name, ...options }),
        ),
      )
}
