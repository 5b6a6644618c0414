/** Answers of Anthropic's Messages API, and of servers that speak it, beside the plain form. */
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { WireQuirk } from './quirks.ts'

/** One message, as a whole answer and as a stream whose blocks come in one piece. */
const inBoth = (
  content: readonly JsonObject[],
  { stop_reason = 'end_turn', usage = { input_tokens: 3, output_tokens: 1 } }: JsonObject = {},
): Pick<WireQuirk, 'whole' | 'events'> => ({
  whole: { type: 'message', role: 'assistant', content: [...content], stop_reason, usage },
  events: [
    { type: 'message_start', message: { type: 'message', role: 'assistant', content: [], usage: {} } },
    ...content.flatMap((content_block, index) => [
      { type: 'content_block_start', index, content_block },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason }, usage },
    { type: 'message_stop' },
  ],
})

const text = (words: string): JsonObject => ({ type: 'text', text: words })
const use = (fields: JsonObject = {}): JsonObject => ({
  type: 'tool_use',
  id: 'toolu_1',
  name: 'look',
  input: { a: 1 },
  ...fields,
})
const LOOKED: [string, JsonValue][] = [['look', { a: 1 }]]

export const ANTHROPIC_QUIRKS: readonly WireQuirk[] = [
  {
    title: 'content that is a text is its text',
    whole: { type: 'message', content: 'Paris', stop_reason: 'end_turn' },
    answer: { text: 'Paris' },
  },
  {
    title: 'content that is null is an empty text',
    whole: { type: 'message', content: null, stop_reason: 'end_turn' },
    answer: { text: '' },
  },
  {
    title: 'a message without a type is read',
    whole: { content: [text('Paris')], stop_reason: 'end_turn' },
    answer: { text: 'Paris' },
  },
  {
    title: 'a block of an unknown kind is passed over',
    ...inBoth([{ type: 'of_tomorrow', data: 1 }, text('Paris')]),
    answer: { text: 'Paris', finish: 'stop' },
  },
  {
    title: 'a call without an id gets one',
    ...inBoth([use({ id: null })], { stop_reason: 'tool_use' }),
    answer: { calls: LOOKED },
  },
  {
    title: 'two calls with one id get two',
    ...inBoth([use(), use()], { stop_reason: 'tool_use' }),
    answer: { calls: [...LOOKED, ...LOOKED] },
  },
  {
    title: 'the input of a call that is a JSON text is read',
    ...inBoth([use({ input: '{"a":1}' })], { stop_reason: 'tool_use' }),
    answer: { calls: LOOKED },
  },
  {
    title: 'the input of a call that is null is empty',
    ...inBoth([use({ input: null })], { stop_reason: 'tool_use' }),
    answer: { calls: [['look', {}]] },
  },
  ...(
    [
      ['end_turn', 'stop'],
      ['stop_sequence', 'stop'],
      ['tool_use', 'stop'],
      ['max_tokens', 'length'],
      ['model_context_window_exceeded', 'length'],
      ['refusal', 'refused'],
      ['a_word_of_tomorrow', 'failed'],
    ] as const
  ).map(
    ([stop_reason, finish]): WireQuirk => ({
      title: `an answer that ends with ${stop_reason} is ${finish}`,
      ...inBoth([text('Par')], { stop_reason }),
      answer: { text: 'Par', finish },
    }),
  ),
  {
    title: 'an answer whose stop reason is null has not ended',
    ...inBoth([text('Par')], { stop_reason: null }),
    answer: { fault: 'unavailable', retryable: true, says: 'ended before its answer was complete' },
  },
  {
    title: 'a negative usage is none',
    ...inBoth([text('Paris')], { usage: { input_tokens: -1, output_tokens: 1e18 } }),
    answer: { usage: null },
  },
  {
    title: 'a usage of zeros at the end does not replace the one before',
    events: [
      { type: 'message_start', message: { usage: { input_tokens: 3, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: text('Paris') },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 0, output_tokens: 0 } },
      { type: 'message_stop' },
    ],
    answer: { usage: { input_tokens: 3, cached_tokens: 0, output_tokens: 1 } },
  },
  {
    title: 'an error without a type is a fault',
    whole: { error: { type: 'overloaded_error', message: 'busy' } },
    answer: { fault: 'unavailable', retryable: true, says: 'busy' },
  },
]
