import { type CliCommand, json, limit, OF_WORKFLOW, type OptionDeclaration } from '../../command.ts'

const APPROVAL = 'the id of an approval, the beginning of one, or a run'
const PATH = ['[path]', 'with a run: the path of the step; optional if only one approval is open'] as const

const VALUES: OptionDeclaration = [
  '--values <value>',
  'values of the form: JSON, @FILE or key=value; repeatable',
  'repeatable',
]

const deciding = (
  verdict: 'approved' | 'rejected',
  { options, ...texts }: Pick<CliCommand, 'name' | 'summary' | 'examples' | 'help'> & { options: OptionDeclaration[] },
): CliCommand => ({
  ...texts,
  arguments: { approval: ['[approval]', APPROVAL], path: PATH },
  options: [
    ['--by <name>', 'the deciding person (default: the user of this machine)'],
    ['--comment <text>', 'the reason'],
    ['--token <token>', 'decide with a token of troupe approvals link'],
    json('a JSON object: { id, run, path, verdict, by, counted, missing }; with { error } if it does not count'),
    ...options,
  ],
  constants: { verdict },
  action: async () => (await import('./decide-approval.ts')).decideApproval,
})

export const approvalsCommand: CliCommand = {
  name: 'approvals',
  summary: 'list open approvals and decide them',
  examples: [
    'troupe approvals list                          open approvals of all runs',
    'troupe approvals show 3f9c2b1a',
    'troupe approvals approve 3f9c2b1a --values amount=20 --comment "fine"',
    'troupe approvals reject 3f9c2b1a --by ann --comment "too late"',
    'troupe approvals approve last ask              by run and path',
    'troupe approvals link 3f9c2b1a                 a token that decides once',
  ],
  help: `The first decision counts, or as many approvals as the step has for its count. Later ones fail with exit code 1 and name the person who decided, as long as the run is kept.
An id identifies the content of an approval: if that changes, the id is no longer valid.`,
  subcommands: [
    {
      name: 'list',
      summary: 'list open approvals, oldest first',
      options: [['--run <run>', 'only of this run and its child runs'], OF_WORKFLOW, limit(), json('a JSON array')],
      examples: [
        'troupe approvals list',
        'troupe approvals list --run last',
        "troupe approvals list --json | jq -r '.[].id'",
      ],
      action: async () => (await import('./approvals.ts')).listApprovals,
    },
    {
      name: 'show',
      summary: 'show all that a decision needs',
      arguments: { approval: ['<approval>', APPROVAL], path: PATH },
      options: [json()],
      examples: ['troupe approvals show 3f9c2b1a', 'troupe approvals show q3v8zd ask'],
      action: async () => (await import('./approvals.ts')).showApproval,
    },
    deciding('approved', {
      name: 'approve',
      summary: 'approve it',
      options: [VALUES],
      examples: [
        'troupe approvals approve 3f9c2b1a',
        `troupe approvals approve 3f9c2b1a --values '{"amount": 20}' --by ann`,
        'troupe approvals approve q3v8zd lines[2]/ask',
        'troupe approvals approve --token TOKEN',
      ],
      help: `The values must fit the form, and the person must be among those who may decide. The default person is the
user of this machine. The decision is recorded with the person and the time.`,
    }),
    deciding('rejected', {
      name: 'reject',
      summary: 'reject it',
      options: [],
      examples: [
        'troupe approvals reject 3f9c2b1a --comment "not before Monday"',
        'troupe approvals reject --token TOKEN',
      ],
      help: 'The step then fails with the fault rejected, which names the person and the reason; on_error can match it.',
    }),
    {
      name: 'link',
      summary: 'create a token that decides it once',
      arguments: { approval: ['<approval>', APPROVAL], path: PATH },
      options: [json('a JSON object: { token, approval, run, path, title, due_at }')],
      examples: ['troupe approvals link 3f9c2b1a'],
      help: `Prints a token whose bearer may decide this approval once. The database stores only its SHA-256. A newer token
for the same approval, a decision, or a change of its content makes the token void.`,
      action: async () => (await import('./approvals.ts')).linkApproval,
    },
  ],
}
