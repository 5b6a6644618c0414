/** Schemas of requests and answers. The OpenAPI document is made from them. */
import { z } from '@hono/zod-openapi'
import { A_DURATION, DURATION_PATTERN } from '../../core/duration.ts'
import type { JsonValue } from '../../core/json.ts'
import { SHOWN_STATUSES } from '../../service/views/shown-status.ts'
import { ORIGIN_KINDS } from '../../store/run-store.ts'

export const time = z.iso.datetime()
/** Any JSON value. Bodies are parsed before they are judged, so that nothing else can come in. */
export const json = z
  .custom<JsonValue>((value) => value !== undefined)
  .openapi({ type: ['object', 'array', 'string', 'number', 'boolean', 'null'] })

/** Header that makes a request count once. The store keeps keys of up to 255 characters. */
export const idempotencyKey = (most: number) => ({
  'idempotency-key': z
    .string()
    .min(1)
    .max(most)
    .optional()
    .describe('The same request under the same key is the same run.'),
})

export const Usage = z
  .looseObject({
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost_usd: z.number().nullable().describe('Null: the price of a model is unknown.'),
  })
  .openapi('Usage')

/** An error of a part. */
export const ShortError = z.object({ code: z.string(), message: z.string() })

export const RunError = z
  .looseObject({
    code: z.string(),
    message: z.string(),
    step: z.string().nullable().describe('Null: the run as a whole.'),
    retryable: z.boolean().optional(),
    details: z.record(z.string(), json).optional().describe('Data for programs.'),
  })
  .openapi('RunError')

const wait = { run: z.string().describe('The run that waits: this one, or a child.'), path: z.string() }

const Wait = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('approval'),
      ...wait,
      id: z.string().describe('The id of the approval.'),
      title: z.string(),
      form: z.record(z.string(), json).nullable().describe('JSON Schema of the values; null: none are asked.'),
      by: z.array(z.string()).nullable().describe('Who may decide; null: anyone.'),
      count: z.int().describe('How many people must approve.'),
      decisions: z.array(z.object({ by: z.string(), at: z.string() })).describe('Approvals so far.'),
      due_at: time.nullable(),
    }),
    z.object({ kind: z.literal('event'), ...wait, event: z.string(), due_at: time.nullable() }),
    z.object({ kind: z.literal('time'), ...wait, due_at: time }),
  ])
  .openapi('Wait')

const identity = {
  run: z.string(),
  workflow: z.string(),
  parent: z.string().nullable().describe('The run that this run is a step of.'),
  status: z.enum(SHOWN_STATUSES),
  origin: z
    .object({ kind: z.enum(ORIGIN_KINDS), of: z.string() })
    .nullable()
    .describe('The run or schedule that it was made from.'),
  replaced_by: z.string().nullable(),
}

const times = {
  created_at: time,
  started_at: time.nullable().describe('Null before the run begins.'),
  ended_at: time.nullable(),
  duration_ms: z.int(),
  queued_ms: z.int(),
}

const missing = z
  .array(z.string())
  .optional()
  .describe('Of a run that waits for a server: what no live one has. Absent: nothing.')

export const Run = z
  .object({
    ...identity,
    held_by: z.object({ pid: z.int(), host: z.string() }).nullable().describe('The process that performs it.'),
    ...times,
    usage: Usage,
    error: RunError.nullable(),
    waits_for: z.array(Wait),
    missing,
  })
  .openapi('Run')

export type RunJson = z.infer<typeof Run>

export const RunList = z
  .object({
    runs: z.array(Run),
    next: z.string().nullable().describe('Cursor of the next page: `?before=` this. Null on the last page.'),
    total: z.int().optional().describe('With `total`: number of runs from this page on.'),
  })
  .openapi('RunList')

const ShortRun = z.object({ run: z.string(), workflow: z.string(), status: z.enum(SHOWN_STATUSES), ...times })

export const JournalRow = z
  .looseObject({
    seq: z.int(),
    at: z.number().describe('Epoch milliseconds.'),
    kind: z.string(),
    path: z.string(),
    visit: z.int(),
  })
  .openapi('JournalRow')

export const Trace = z
  .looseObject({
    ...identity,
    ...times,
    input: json,
    output: json,
    error: RunError.nullable(),
    usage: Usage,
    waits_for: z.array(Wait),
    missing,
    journal: z.array(JournalRow),
    children: z.array(ShortRun),
    started: z.array(ShortRun).describe('Runs that its steps have started without waiting for them.'),
  })
  .openapi('Trace')

export const Links = z
  .object({ self: z.string(), trace: z.string(), events: z.string(), cancel: z.string() })
  .openapi('Links')

export const Submission = z
  .object({
    run: z.string(),
    workflow: z.string(),
    status: z.enum(SHOWN_STATUSES),
    key: z.string().nullable(),
    is_new: z.boolean().describe('False: the same request was made before under this key.'),
    again_after: z.string().nullable(),
    output: json.optional().describe('Once the run has ended, with `wait`.'),
    error: RunError.nullable().optional(),
    links: Links,
  })
  .openapi('Submission')

export const SubmitBody = z
  .strictObject({
    workflow: z.string().min(1).optional().describe('Name of a registered workflow.'),
    source: z.string().min(1).optional().describe('The text of a workflow, in place of a name.'),
    input: json.optional().describe('Default: {}'),
    again_if: z
      .array(z.enum(['failed', 'cancelled']))
      .optional()
      .describe('Run again under the same key if the run of the key has ended so.'),
  })
  .refine(({ workflow, source }) => (workflow === undefined) !== (source === undefined), {
    error: "expected either 'workflow' or 'source'",
  })
  .openapi('Submit')

export const Approval = z
  .object({
    id: z.string(),
    run: z.string(),
    workflow: z.string(),
    path: z.string(),
    visit: z.int(),
    title: z.string(),
    show: json,
    form: json.describe('JSON Schema of the values; null: none are asked.'),
    by: z.array(z.string()).nullable().describe('Who may decide; null: anyone.'),
    count: z.int().describe('How many people must approve.'),
    decisions: z
      .array(z.object({ by: z.string(), at: z.string(), values: json.optional() }))
      .describe('Approvals so far.'),
    tool: z.string().nullable(),
    requested_at: time,
    due_at: time.nullable(),
  })
  .openapi('Approval')

export type ApprovalJson = z.infer<typeof Approval>

export const ApprovalList = z.object({ approvals: z.array(Approval) }).openapi('ApprovalList')

export const ApprovalLink = z
  .object({
    token: z.string().describe('For `troupe approvals approve --token`. It is not shown again.'),
    approval: z.string().describe('Id.'),
    run: z.string(),
    path: z.string(),
    title: z.string(),
    due_at: time.nullable(),
  })
  .openapi('ApprovalLink')

export const DecideBody = z
  .strictObject({
    decision: z.enum(['approve', 'reject']),
    by: z.string().min(1).optional().describe('Who decides, where no tokens are asked. With a token it is its name.'),
    values: json.optional().describe('Values of the form.'),
    comment: z.string().optional(),
  })
  .openapi('Decide')

export const Decided = z
  .object({
    id: z.string(),
    run: z.string(),
    path: z.string(),
    verdict: z.enum(['approved', 'rejected']),
    by: z.string(),
    counted: z.boolean().describe('False: no server has taken it up yet; it counts when one does.'),
    missing: z.int().describe('How many approvals are still asked.'),
  })
  .openapi('Decided')

export type DecidedJson = z.infer<typeof Decided>

export const SignalBody = z
  .strictObject({
    event: z.string().min(1),
    data: json.optional().describe('Default: null'),
    id: z.string().min(1).optional().describe('Each run takes the same id once. Default: a new id.'),
  })
  .openapi('Signal')

export const MatchSignalBody = SignalBody.extend({
  match: z
    .string()
    .min(1)
    .describe('Expression over `run` { id, workflow, status, started_at } and `input`, such as `input.order == 42`.'),
}).openapi('SignalToMatching')

export const Signalled = z
  .object({
    event: z.string(),
    id: z.string(),
    reached: z.array(z.string()).describe('Runs that have the event.'),
    repeated: z.array(z.string()).describe('Runs that had this id before, or have ended.'),
  })
  .openapi('Signalled')

export type SignalledJson = z.infer<typeof Signalled>

export const Cancelled = z
  .looseObject({
    run: z.string(),
    status: z.enum(SHOWN_STATUSES),
    was_over: z.boolean(),
    unsure: z.array(z.string()).describe('Steps that were stopped in flight: they may have taken effect.'),
    undone: z
      .array(
        z.object({
          step: z.string(),
          visit: z.int(),
          error: ShortError.optional().describe('It could not be undone.'),
        }),
      )
      .describe('Steps that were undone, in this order.'),
    finally: z
      .object({
        status: z.enum(['failed', 'cancelled']),
        step: z.string().nullable(),
        error: ShortError.nullable(),
      })
      .optional()
      .describe('If `finally` of the workflow did not complete.'),
    goes_on: z.array(z.string()).describe('Child runs that have not stopped yet.'),
  })
  .openapi('Cancelled')

export const Paused = z.object({ run: z.string(), status: z.enum(SHOWN_STATUSES), done: z.boolean() }).openapi('Paused')

export const Health = z.object({ status: z.enum(['ok', 'not ready']) }).openapi('Health')

export const ProblemSchema = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('Fault code, code of the store, or code of the request.'),
    hint: z.string().optional(),
    pointer: z.string().optional().describe('JSON pointer of the wrong value in the body.'),
    findings: z.array(z.looseObject({ code: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem')

/** `?wait=30s`, in milliseconds. */
export const duration = z.string().regex(new RegExp(`^${DURATION_PATTERN}$`), { error: `expected ${A_DURATION}` })
