/** Answers of Gemini's generateContent, and of servers that speak it, beside the plain form. */
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { WireQuirk } from './quirks.ts'

/** One candidate, as a whole answer and as a stream of one chunk. */
const inBoth = (
  parts: JsonValue,
  { finishReason = 'STOP', usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 1 }, ...more }: JsonObject = {},
): Pick<WireQuirk, 'whole' | 'events'> => {
  const body = { candidates: [{ content: { role: 'model', parts }, finishReason, ...more }], usageMetadata }
  return { whole: body, events: [body] }
}

const call = (fields: JsonObject = {}): JsonObject => ({ functionCall: { name: 'look', args: { a: 1 }, ...fields } })
const LOOKED: [string, JsonValue][] = [['look', { a: 1 }]]
const PARIS: JsonValue = [{ text: 'Paris' }]

export const GEMINI_QUIRKS: readonly WireQuirk[] = [
  {
    title: 'thoughts are not in the text',
    ...inBoth([{ text: 'hm', thought: true }, { text: 'Paris' }]),
    answer: { text: 'Paris' },
  },
  {
    title: 'a part of an unknown kind is passed over',
    ...inBoth([{ ofTomorrow: 1 }, null, { text: 'Paris' }]),
    answer: { text: 'Paris' },
  },
  {
    title: 'a call whose arguments are null has none',
    ...inBoth([call({ args: null })]),
    answer: { calls: [['look', {}]] },
  },
  {
    title: 'a call whose arguments are a JSON text is read',
    ...inBoth([call({ args: '{"a":1}' })]),
    answer: { calls: LOOKED },
  },
  {
    title: 'two calls with one id get two',
    ...inBoth([call({ id: 'x' }), call({ id: 'x' })]),
    answer: { calls: [...LOOKED, ...LOOKED] },
  },
  {
    title: 'the chunks of a stream in one list are one answer',
    whole: [
      { candidates: [{ content: { parts: [{ text: 'Par' }] } }] },
      { candidates: [{ content: { parts: [{ text: 'is' }] }, finishReason: 'STOP' }] },
    ],
    answer: { text: 'Paris', finish: 'stop' },
  },
  ...(
    [
      ['STOP', 'stop'],
      ['MAX_TOKENS', 'length'],
      ['SAFETY', 'refused'],
      ['MODEL_ARMOR', 'refused'],
      ['PROHIBITED_CONTENT', 'refused'],
      ['MALFORMED_FUNCTION_CALL', 'failed'],
      ['OTHER', 'failed'],
      ['A_WORD_OF_TOMORROW', 'failed'],
    ] as const
  ).map(
    ([finishReason, finish]): WireQuirk => ({
      title: `an answer that ends with ${finishReason} is ${finish}`,
      ...inBoth([{ text: 'Par' }], { finishReason }),
      answer: { text: 'Par', finish },
    }),
  ),
  {
    title: 'a prompt that is blocked is refused, with the reason',
    whole: { promptFeedback: { blockReason: 'MODEL_ARMOR', blockReasonMessage: 'by the policy' } },
    events: [{ promptFeedback: { blockReason: 'MODEL_ARMOR', blockReasonMessage: 'by the policy' } }],
    answer: { text: 'by the policy', finish: 'refused' },
  },
  {
    title: 'an answer without a finish reason has not ended',
    ...inBoth(PARIS, { finishReason: null }),
    answer: { fault: 'unavailable', retryable: true, says: 'ended before its answer was complete' },
  },
  {
    title: 'thoughts that are counted in the total alone are output',
    ...inBoth(PARIS, { usageMetadata: { promptTokenCount: 32, candidatesTokenCount: 2, totalTokenCount: 386 } }),
    answer: { usage: { input_tokens: 32, cached_tokens: 0, output_tokens: 354 } },
  },
  {
    title: 'a negative usage is none',
    ...inBoth(PARIS, { usageMetadata: { promptTokenCount: -1, candidatesTokenCount: -1 } }),
    answer: { usage: null },
  },
  {
    title: 'an error in a list is a fault',
    whole: [{ error: { code: 429, message: 'slow down' } }],
    events: [[{ error: { code: 429, message: 'slow down' } }]],
    answer: { fault: 'rate_limited', retryable: true, says: 'slow down' },
  },
]
