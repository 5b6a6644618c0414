/** Schemas of emitted events. */
import { z } from '@hono/zod-openapi'
import { json, time } from './schemas.ts'

const CloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string(),
    type: z.string(),
    source: z.string(),
    subject: z.string().optional(),
    time,
    datacontenttype: z.literal('application/json'),
    trouperun: z.string().describe('The run that emitted it.'),
    troupedelivered: time.optional(),
    data: json,
  })
  .openapi('CloudEvent')

export type CloudEventJson = z.infer<typeof CloudEvent>

export const EmittedEvents = z
  .object({
    events: z.array(CloudEvent),
    next: z.int().nullable().describe('Cursor of the next page: `?after=` this. Null: there is none yet.'),
  })
  .openapi('EmittedEvents')
