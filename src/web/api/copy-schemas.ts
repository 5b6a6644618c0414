/** Schemas of runs that are made from other runs. */
import { z } from '@hono/zod-openapi'
import { SHOWN_STATUSES } from '../../service/views/shown-status.ts'
import { json, Links, RunError, ShortError, time, Usage } from './schemas.ts'

const changes = z
  .record(z.string(), json)
  .optional()
  .describe('Changes to the input: these fields replace the old ones.')

export const RestartBody = z.strictObject({ input: changes }).openapi('Restart')

export const Copied = z
  .object({
    run: z.string(),
    workflow: z.string(),
    status: z.enum(SHOWN_STATUSES),
    is_new: z.boolean().describe('False: the same request was made before under this key.'),
    origin: z.object({ kind: z.string(), of: z.string() }).nullable().describe('The run that it was made from.'),
    links: Links,
  })
  .openapi('Copied')

export const ForkBody = z
  .strictObject({
    from: z
      .string()
      .min(1)
      .describe('Path of the step to start at, with its visit: `grades[3]/grade:2`. Default: visit 1.'),
    input: changes,
    models: z.record(z.string(), z.string()).optional().describe('Alias to `provider/name`.'),
    set: z
      .array(
        z.strictObject({
          step: z.string().min(1).describe('Path of a step, with its visit: `classify:2`. Default: the last visit.'),
          output: json,
        }),
      )
      .optional()
      .describe('Outputs in place of those that were recorded.'),
    same_keys: z.boolean().optional().describe('True: send the idempotency keys of the old run.'),
    dry_run: z.boolean().optional().describe('True: only tell what would be copied.'),
  })
  .openapi('Fork')

export const ForkPlan = z
  .object({
    workflow: z.string(),
    origin: z.object({ kind: z.literal('fork'), of: z.string() }),
    from: z.object({ step: z.string(), visit: z.int() }),
    copied_rows: z.int(),
    copied_usage: Usage,
    not_copied: z
      .array(z.object({ step: z.string(), visit: z.int(), reason: z.enum(['changed', 'not_reached']) }))
      .describe('Steps before the start that are performed again.'),
    is_reached: z.boolean().describe('False: such steps are performed again first.'),
    undoes: z.array(z.string()).describe('Steps of the old run that the fork undoes if it fails.'),
  })
  .openapi('ForkPlan')

const MOST_RERUN = 500
const DEFAULT_RERUN = 100

export const RerunBody = z
  .strictObject({
    status: z.enum(['failed', 'cancelled']).optional().describe('Default: failed'),
    workflow: z.string().optional(),
    since: z.iso.datetime({ offset: true }).optional().describe('Ended then or later.'),
    fault: z.string().optional().describe('Code of the fault that ended the run.'),
    step: z.string().optional().describe('Id of the step that failed.'),
    limit: z.int().min(1).max(MOST_RERUN).default(DEFAULT_RERUN).describe('At most this many, the newest.'),
    dry_run: z.boolean().optional().describe('True: only list them.'),
  })
  .openapi('Rerun')

export const FailedRunList = z
  .object({
    runs: z.array(
      z.object({
        run: z.string(),
        workflow: z.string(),
        status: z.enum(['failed', 'cancelled']),
        ended_at: time.nullable(),
        error: RunError.nullable(),
      }),
    ),
    left: z.int().describe('Selected runs beyond `limit`.'),
  })
  .openapi('FailedRunList')

export const RerunList = z
  .object({
    runs: z.array(
      z.object({
        of: z.string().describe('The run that is repeated.'),
        run: z.string().nullable().describe('Null: it could not be queued.'),
        workflow: z.string(),
        status: z.enum(['queued', 'known', 'error']).describe('`known`: it was rerun before.'),
        error: ShortError.nullable(),
      }),
    ),
    left: z.int().describe('Selected runs beyond `limit`.'),
  })
  .openapi('RerunList')
