/** Schemas of reports over runs. */
import { z } from '@hono/zod-openapi'
import { time } from './schemas.ts'

const usd = z.number().nullable()

export const CostReport = z
  .object({
    total_cost_usd: usd.describe('Null: no call has a known price.'),
    unpriced_calls: z.int(),
    rows: z.array(
      z.object({
        day: z.string().optional().describe('In UTC: `2026-01-31`.'),
        workflow: z.string().optional(),
        step: z.string().optional(),
        provider: z.string().nullable(),
        model: z.string().nullable(),
        calls: z.int(),
        input_tokens: z.int(),
        cached_tokens: z.int(),
        output_tokens: z.int(),
        cost_usd: usd,
        unpriced_calls: z.int(),
        cache_hits: z.int().describe('Calls that the cache of answers answered.'),
        cache_saved_usd: usd.describe('Saved by the caches of vendors.'),
      }),
    ),
  })
  .openapi('CostReport')

const KINDS = [
  ...(['model', 'tool', 'code', 'memory', 'workflow', 'wait', 'event', 'approve'] as const),
  ...(['undo', 'retry', 'slot', 'queue', 'other'] as const),
] as const
const kind = z.enum(KINDS)
const ms = z.number()
const part = { critical_ms: ms, critical_share: z.number().describe('From 0 to 1.') }

export const Profile = z
  .object({
    workflow: z.string(),
    run: z.string().nullable().describe('Null: the profile of several runs.'),
    runs: z.int(),
    duration_ms: ms.describe('Sum over all runs.'),
    queued_ms: ms,
    steps: z
      .array(
        z.object({
          step: z.string(),
          what: kind.describe('Kind of most of its time.'),
          count: z.int(),
          attempts: z.int(),
          p50_ms: ms,
          p95_ms: ms,
          total_ms: ms,
          ...part,
          critical_by: z.partialRecord(kind, ms),
        }),
      )
      .describe('By their time on the critical path, the longest first.'),
    host: z.object({ ...part, longest_ms: ms }).describe('Time in which no step was in flight.'),
    waiting: z.object({ ...part, step: z.string().nullable(), what: kind.nullable() }),
    mostly: z.enum(['work', 'waiting', 'host']).nullable(),
    bottleneck: z
      .object({
        step: z.string(),
        what: kind,
        critical_share: z.number(),
        saves_at_least_ms: ms,
        saves_at_most_ms: ms,
        slot_ms: ms,
        foreach: z.string().nullable(),
        concurrency: z.int().nullable(),
        faults: z.array(z.object({ code: z.string(), count: z.int() })),
      })
      .nullable()
      .describe('The slowest step that does work.'),
  })
  .openapi('Profile')

/** A request that deals with the entry. */
const act = z.object({ path: z.string(), body: z.record(z.string(), z.string()) })

export const FailedInbox = z
  .object({
    failed: z.array(
      z.object({
        workflow: z.string(),
        fault: z.string().describe('Code.'),
        step: z.string().nullable().describe('Null: the run as a whole, or a slot.'),
        schedule: z.string().nullable().describe('Id of the schedule; null for runs.'),
        count: z.int(),
        newest: z.object({
          run: z.string().nullable(),
          slot: time.nullable(),
          ended_at: time,
          message: z.string().nullable(),
        }),
        rerun: act.describe('POST this to try all of them again.'),
        dismiss: act.nullable().describe('POST this to forget the slots. Null for runs.'),
      }),
    ),
  })
  .openapi('FailedInbox')
