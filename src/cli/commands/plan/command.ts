import { type CliCommand, input, json, MODEL, WORKFLOW_FILE } from '../../command.ts'

export const planCommand: CliCommand = {
  name: 'plan',
  summary: 'estimate the cost of a workflow before it runs',
  arguments: { file: ['<file>', WORKFLOW_FILE] },
  options: [input('input, as for run: makes lists and prompts known'), MODEL, json()],
  examples: [
    'troupe plan triage.yaml',
    'troupe plan triage.yaml --input @ticket.json',
    'troupe plan triage.yaml --model default=openai/gpt-5-mini',
    'troupe plan triage.yaml --json | jq .worst_case_usd',
  ],
  help: `Calls nothing. The worst case follows from the bounds of loops, jumps, turns and retries, from max_tokens, from
one input token for each byte of a request, and from today's prices. Parts without a bound are listed. The
typical cost is that of past runs of this version of the workflow or, if there are none, of other versions. With --server
it is that of the server.`,
  action: async () => (await import('./plan.ts')).plan,
}
