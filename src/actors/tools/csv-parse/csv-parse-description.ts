import type { ActorDescription } from '../../../core/actor.ts'
import { closedObject } from '../../../core/json-schema.ts'

export const CSV_PARSE: ActorDescription = {
  name: 'csv.parse',
  description: 'Parses CSV text (RFC 4180) into rows.',
  writes: false,
  computes: true,
  input: closedObject(
    {
      text: { type: 'string' },
      delimiter: { type: 'string', minLength: 1, default: ',', description: 'One character' },
      header: { type: 'boolean', default: true, description: 'Whether the first row names the columns' },
      types: {
        type: 'boolean',
        default: false,
        description: 'Turns cells without quotes into numbers, true, false, and empty ones into null',
      },
    },
    ['text'],
  ),
  output: closedObject({
    rows: { type: 'array', description: 'Objects by column; without a header lists of cells' },
    columns: { type: 'array', items: { type: 'string' }, description: 'Empty without a header' },
  }),
}
