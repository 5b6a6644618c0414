import { type CliCommand, json, OF_WORKFLOW, SINCE } from '../../command.ts'

export const costReportCommand: CliCommand = {
  name: 'cost-report',
  summary: 'show the cost of model calls by provider, model, workflow, step or day',
  options: [
    ['--by <group>', 'provider, model, workflow, step or day (default model); repeatable', 'repeatable'],
    SINCE,
    OF_WORKFLOW,
    json('a JSON object: { total_cost_usd, unpriced_calls, rows }'),
  ],
  examples: [
    'troupe cost-report',
    'troupe cost-report --by workflow --since 30d',
    'troupe cost-report --by day --by provider --since 2026-01-01',
    'troupe cost-report --json | jq .total_cost_usd',
  ],
  help: `The cost of a call is computed from the usage that the provider reported and the price on the day of the call.
A call without a known price is counted as unpriced, never as $0. An answer from the cache is free and not a
call. Days are UTC days, as on the bills of the providers.`,
  action: async () => (await import('./cost-report.ts')).costReport,
}
