import type { ActorDescription } from '../../../core/actor.ts'
import { closedObject } from '../../../core/json-schema.ts'

export const TIME_NOW: ActorDescription = {
  name: 'time.now',
  description: 'Says what time it is.',
  writes: false,
  input: closedObject({}),
  output: closedObject({
    iso: { type: 'string', description: 'RFC 3339, UTC' },
    epoch_ms: { type: 'integer', description: 'Milliseconds since 1970-01-01T00:00:00Z' },
  }),
}
