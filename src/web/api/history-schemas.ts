/** Schemas of journals and past states. */
import { z } from '@hono/zod-openapi'
import { JournalRow, json, time, Usage } from './schemas.ts'

export const JournalPage = z
  .object({
    run: z.string(),
    rows: z.array(JournalRow),
    next: z.int().nullable().describe('First row of the next page: `?from=` this. Null: there is none yet.'),
  })
  .openapi('JournalPage')

export const RunDefinition = z
  .object({
    run: z.string(),
    definition: z.string().describe('SHA-256 of the workflow.'),
    file: z.string(),
    source: z.string(),
    links: json.describe('Schemas of tools, child workflows and files as they were then.'),
    models: z.record(z.string(), z.string()).describe('Aliases as overridden for this run.'),
    environment: z.array(z.string()).describe('Names of the environment variables that its expressions may read.'),
  })
  .openapi('RunDefinition')

const StepVisit = z.looseObject({
  step: z.string().describe('Path of the step.'),
  visit: z.int(),
  status: z.enum(['running', 'completed', 'skipped', 'failed', 'cancelled']),
  output: json.optional(),
  started_at: time,
  ended_at: time.nullable(),
  rows: z.array(z.int().nullable()).describe('Its first and its last row.'),
})

export const State = z
  .object({
    run: z.string(),
    workflow: z.string(),
    seq: z.int().describe('The last row that counts.'),
    rows: z.int().describe('How many rows the journal has by now.'),
    at: time,
    status: z.enum(['running', 'completed', 'failed', 'cancelled']),
    input: json,
    usage: Usage,
    steps: z.array(StepVisit).describe('The last visit of each step that has started.'),
    open: z
      .object({
        effects: z.array(z.object({ step: z.string(), visit: z.int(), input: json.optional() })),
        timers: z.array(z.object({ step: z.string(), visit: z.int(), timer: z.string(), due_at: time })),
        waits: z.array(z.looseObject({ kind: z.string(), step: z.string(), visit: z.int() })),
      })
      .describe('What is performed and waited for.'),
  })
  .openapi('State')
