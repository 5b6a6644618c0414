/** Answers of Ollama's chat interface, and of servers that speak it, beside the plain form. */
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { WireQuirk } from './quirks.ts'

const inBoth = (message: JsonValue, more: JsonObject = {}): Pick<WireQuirk, 'whole' | 'events'> => ({
  whole: { message, done: true, done_reason: 'stop', ...more },
  events: [
    { message, done: false },
    { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...more },
  ],
})

const call = (given: JsonValue): JsonObject => ({ function: { name: 'look', arguments: given } })
const LOOKED: [string, JsonValue][] = [['look', { a: 1 }]]

export const OLLAMA_QUIRKS: readonly WireQuirk[] = [
  {
    title: 'content that is null is an empty text',
    ...inBoth({ content: null }),
    answer: { text: '', finish: 'stop' },
  },
  { title: 'thoughts are not in the text', ...inBoth({ thinking: 'hm', content: 'Paris' }), answer: { text: 'Paris' } },
  {
    title: 'a tool call that is null is none',
    ...inBoth({ content: '', tool_calls: [null, call({ a: 1 })] }),
    answer: { calls: LOOKED },
  },
  {
    title: 'tool calls that are null are none',
    ...inBoth({ content: 'Paris', tool_calls: null }),
    answer: { text: 'Paris', calls: [] },
  },
  {
    title: 'arguments that are a JSON text are read',
    ...inBoth({ content: '', tool_calls: [call('{"a":1}')] }),
    answer: { calls: LOOKED },
  },
  {
    title: 'arguments that are null are none',
    ...inBoth({ content: '', tool_calls: [call(null)] }),
    answer: { calls: [['look', {}]] },
  },
  ...(
    [
      ['stop', 'stop'],
      ['length', 'length'],
      ['load', 'failed'],
      ['unload', 'failed'],
      ['a_word_of_tomorrow', 'failed'],
    ] as const
  ).map(
    ([done_reason, finish]): WireQuirk => ({
      title: `an answer that ends with ${done_reason} is ${finish}`,
      ...inBoth({ content: 'Par' }, { done_reason }),
      answer: { text: 'Par', finish },
    }),
  ),
  {
    title: 'an answer that is not done has not ended',
    ...inBoth({ content: 'Par' }, { done: false }),
    answer: { fault: 'unavailable', retryable: true, says: 'ended before its answer was complete' },
  },
  {
    title: 'a server of an older version gives no reason',
    ...inBoth({ content: 'Paris' }, { done_reason: null }),
    answer: { text: 'Paris', finish: 'stop' },
  },
  {
    title: 'a negative usage is none',
    ...inBoth({ content: 'Paris' }, { prompt_eval_count: -1, eval_count: -1 }),
    answer: { usage: null },
  },
]
