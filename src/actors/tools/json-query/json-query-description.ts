import type { ActorDescription } from '../../../core/actor.ts'
import { closedObject } from '../../../core/json-schema.ts'

export const JSON_QUERY: ActorDescription = {
  name: 'json.query',
  description:
    'Selects and reshapes data by a JSONata expression. It runs in a process of its own, for at most 5 s and with at most 512 MB. `$eval` is off unless the config has `json: { eval: true }`.',
  writes: false,
  computes: true,
  input: closedObject({
    query: { type: 'string', minLength: 1, description: 'JSONata, see https://docs.jsonata.org' },
    data: {},
  }),
  output: closedObject({ value: { description: 'What the expression gives; null for nothing' } }),
  faults: ['too_large'],
}
