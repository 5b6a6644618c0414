import { closedObject, type ToolDescription } from '../tool-description.ts'

export const TEXT_TEMPLATE: ToolDescription = {
  name: 'text.template',
  description:
    'Fills a text: {{ a.b }} inserts a value, {{# list }}…{{/ list }} repeats, {{^ list }}…{{/ list }} stands for nothing there.',
  writes: false,
  input: closedObject({ template: { type: 'string' }, data: {} }, ['template', 'data']),
  output: closedObject({ text: { type: 'string' } }),
  available: true,
}
