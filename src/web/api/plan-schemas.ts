/** Schemas of plans: the cost of a workflow before it runs. */
import { z } from '@hono/zod-openapi'
import { json } from './schemas.ts'

export const PlanBody = z
  .strictObject({
    workflow: z.string().min(1).optional().describe('Name of a registered workflow.'),
    source: z.string().min(1).optional().describe('The text of a workflow, in place of a name.'),
    input: json.optional().describe('Makes lists and prompts known. Default: unknown.'),
    models: z.record(z.string(), z.string()).optional().describe('Alias to `provider/name`.'),
  })
  .refine(({ workflow, source }) => (workflow === undefined) !== (source === undefined), {
    error: "expected either 'workflow' or 'source'",
  })
  .openapi('PlanRequest')

const usd = z.number().nullable()
const most = z.number().nullable()
const perRound = (block: 'foreach' | 'loop') => z.object({ [block]: z.string(), most_runs: most }).nullable()

const Typical = z.object({
  runs: z.int(),
  of_other_versions: z.boolean(),
  unpriced_runs: z.int(),
  cached_runs: z.int(),
  median_usd: usd,
  highest_usd: usd,
  median_ms: z.number(),
})

export const TypicalCost = z
  .object({ workflow: z.string(), typical: Typical.nullable().describe('Null: no run has completed.') })
  .openapi('TypicalCost')

export const Plan = z
  .object({
    workflow: z.string(),
    worst_case_usd: usd.describe('Null: there is no bound, or a price is unknown.'),
    worst_case_without_limit_usd: usd,
    limit_usd: usd,
    if_nothing_fails_usd: usd,
    most_steps: most,
    most_model_calls: most,
    typical: Typical.nullable().describe('Null: no run has completed.'),
    steps: z
      .array(
        z.object({
          step: z.string(),
          models: z.array(z.string()),
          most_runs: most,
          runs_per_item: perRound('foreach'),
          runs_per_iteration: perRound('loop'),
          each: z.object({ worst_case_usd: usd, if_nothing_fails_usd: usd, most_model_calls: most }),
          worst_case_usd: usd,
          cache_ms: z.number().nullable(),
        }),
      )
      .describe('Steps that call models.'),
    paths: z.array(z.object({ end: z.string(), steps: z.array(z.string()), if_nothing_fails_usd: usd, ways: z.int() })),
    paths_are_complete: z.boolean(),
    unbounded_by: z.array(
      z.object({ step: z.string(), reason: z.string(), message: z.string(), bounded_by_model: z.boolean() }),
    ),
  })
  .openapi('Plan')
