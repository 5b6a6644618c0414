import type { ActorDescription } from '../../../core/actor.ts'
import { closedObject } from '../../../core/json-schema.ts'

export const TEXT_TEMPLATE: ActorDescription = {
  name: 'text.template',
  description:
    'Fills a text: {{ a.b }} inserts a value, {{# list }}…{{/ list }} repeats, {{^ list }}…{{/ list }} stands for nothing there.',
  writes: false,
  computes: true,
  input: closedObject({ template: { type: 'string' }, data: {} }, ['template', 'data']),
  output: closedObject({ text: { type: 'string' } }),
  faults: ['too_large'],
}
