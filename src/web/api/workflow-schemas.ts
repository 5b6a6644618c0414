/** Schemas of registered workflows. */
import { z } from '@hono/zod-openapi'
import { json, time } from './schemas.ts'

const version = { version: z.int(), definition: z.string().describe('SHA-256 of the workflow.'), registered_at: time }

export const WorkflowList = z
  .object({
    workflows: z.array(
      z.object({ workflow: z.string(), ...version, folder: z.string().nullable(), schedules: z.int() }),
    ),
  })
  .openapi('WorkflowList')

export const ShownWorkflow = z
  .object({
    workflow: z.string(),
    ...version,
    file: z.string(),
    source: z.string(),
    versions: z.array(z.object(version)).describe('All of its versions, newest first.'),
  })
  .openapi('Workflow')

export const WorkflowDefinition = z
  .object({
    workflow: z.string(),
    version: z.int(),
    definition: z.string().describe('SHA-256 of the workflow.'),
    file: z.string(),
    source: z.string(),
    links: json.describe('Schemas of tools, child workflows and files as they were when it was registered.'),
    environment: z.array(z.string()).describe('Names of the environment variables that its expressions may read.'),
  })
  .openapi('WorkflowDefinition')

const Finding = z.looseObject({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
})

export const ApplyBody = z
  .strictObject({
    source: z.string().min(1).describe('The text of the workflow.'),
    dry_run: z.boolean().optional().describe('True: only tell what would change.'),
  })
  .openapi('Apply')

export const Applied = z
  .object({
    ok: z.literal(true),
    applied: z.boolean().describe('False: `dry_run`.'),
    workflows: z.array(
      z.object({
        workflow: z.string(),
        file: z.string(),
        definition: z.string(),
        change: z.enum(['new', 'changed', 'unchanged']),
        version: z.int(),
        schedules: z.int(),
      }),
    ),
  })
  .openapi('Applied')

export const ValidateBody = z.strictObject({ source: z.string().min(1) }).openapi('Validate')

export const Validated = z
  .object({ ok: z.boolean().describe('True: there are no errors.'), diagnostics: z.array(Finding) })
  .openapi('Validated')

const StepChange = z.looseObject({ kind: z.enum(['added', 'removed', 'changed']), step: z.string() })

export const Comparison = z
  .object({
    workflow: z.string(),
    from: z.string(),
    to: z.string(),
    is_same: z.boolean(),
    settings: z.array(json).describe('Changes outside the steps.'),
    steps: z.array(StepChange),
    flow: z.array(
      z.object({
        kind: z.enum(['added', 'removed']),
        from: z.string(),
        to: z.string(),
        edge: z.string(),
        label: z.string(),
      }),
    ),
    children: z.array(z.string()).describe('Called workflows of which another version is linked.'),
  })
  .openapi('Comparison')
