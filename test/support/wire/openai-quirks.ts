/** Answers of servers that speak OpenAI's chat completions in their own way. */
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { WireQuirk } from './quirks.ts'

const DONE = '[DONE]'

/** One message, as a whole answer and as a stream of one piece. */
const inBoth = (
  message: JsonValue,
  { finish = 'stop', index = 0, ...more }: { finish?: JsonValue; index?: number } & JsonObject = {},
): Pick<WireQuirk, 'whole' | 'events'> => ({
  whole: { choices: [{ index, message, finish_reason: finish }], ...more },
  events: [
    { choices: [{ index, delta: message, finish_reason: null }] },
    { choices: [{ index, delta: {}, finish_reason: finish }], ...more },
    DONE,
  ],
})

const calling = (...tool_calls: JsonValue[]): Pick<WireQuirk, 'whole' | 'events'> =>
  inBoth({ role: 'assistant', content: null, tool_calls }, { finish: 'tool_calls' })

const call = (fields: JsonObject = {}): JsonObject => ({
  id: 'c1',
  function: { name: 'look', arguments: '{"a":1}' },
  ...fields,
})

const LOOKED: [string, JsonValue][] = [['look', { a: 1 }]]

const FORMS: WireQuirk[] = [
  {
    title: 'content that is a list of parts is their text',
    ...inBoth({
      role: 'assistant',
      content: [
        { type: 'text', text: 'Par' },
        { type: 'text', text: 'is' },
      ],
    }),
    answer: { text: 'Paris', finish: 'stop' },
  },
  {
    title: 'thoughts among the parts of the content are not in the text',
    ...inBoth({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
        { type: 'text', text: 'Paris' },
      ],
    }),
    answer: { text: 'Paris' },
  },
  {
    title: 'content that is one part is its text',
    ...inBoth({ content: { type: 'text', text: 'Paris' } }),
    answer: { text: 'Paris' },
  },
  {
    title: 'content that is null is an empty text',
    ...inBoth({ content: null }),
    answer: { text: '', finish: 'stop' },
  },
  { title: 'a tool call without a type is a call', ...calling(call()), answer: { calls: LOOKED, finish: 'stop' } },
  { title: 'a tool call with an empty type is a call', ...calling(call({ type: '' })), answer: { calls: LOOKED } },
  { title: 'a tool call that is null is none', ...calling(null, call()), answer: { calls: LOOKED } },
  {
    title: 'only null among the tool calls is an answer without calls',
    ...inBoth({ content: 'Paris', tool_calls: [null] }),
    answer: { text: 'Paris', calls: [] },
  },
  {
    title: 'tool calls that are null are none',
    ...inBoth({ content: 'Paris', tool_calls: null }),
    answer: { text: 'Paris', calls: [] },
  },
  { title: 'a tool call without an id gets one', ...calling(call({ id: null })), answer: { calls: LOOKED } },
  {
    title: 'a call of the older interface is a tool call',
    ...inBoth({ content: null, function_call: { name: 'look', arguments: '{"a":1}' } }, { finish: 'function_call' }),
    answer: { calls: LOOKED },
  },
  ...toArgumentForms(),
  {
    title: 'a choice with an index above 0 is read',
    ...inBoth({ content: 'Paris' }, { index: 3 }),
    answer: { text: 'Paris', finish: 'stop' },
  },
  {
    title: 'of two choices only the first is read',
    whole: {
      choices: [0, 1].map((index) => ({ index, message: { content: `Paris ${index}` }, finish_reason: 'stop' })),
    },
    events: [
      {
        choices: [
          { index: 0, delta: { content: 'Paris' } },
          { index: 1, delta: { content: 'Rome' } },
        ],
      },
      { choices: [{ index: 1, delta: { content: '!' }, finish_reason: 'stop' }] },
      { choices: [{ index: 0, delta: { content: ' 0' }, finish_reason: 'stop' }] },
      DONE,
    ],
    answer: { text: 'Paris 0' },
  },
  {
    title: 'a turn that is split into a choice with the text and one with the calls is one turn',
    whole: {
      choices: [
        { index: 0, message: { content: 'Let me look.' }, finish_reason: 'tool_calls' },
        { index: 1, message: { content: null, tool_calls: [call()] }, finish_reason: 'tool_calls' },
      ],
    },
    events: [
      { choices: [{ index: 0, delta: { content: 'Let me look.' } }] },
      { choices: [{ index: 1, delta: { tool_calls: [call()] }, finish_reason: 'tool_calls' }] },
      DONE,
    ],
    answer: { text: 'Let me look.', calls: LOOKED },
  },
]

function toArgumentForms(): WireQuirk[] {
  const forms: [string, JsonValue, JsonValue][] = [
    ['an object', { a: 1 }, { a: 1 }],
    ['null', null, {}],
    ['an empty text', '', {}],
    ['JSON within a JSON text', JSON.stringify('{"a":1}'), { a: 1 }],
    ['an empty object before the arguments', '{}{"a":1}', { a: 1 }],
    ['the arguments twice', '{"a":1}{"a":1}', { a: 1 }],
    ['two objects that differ, which stay as they are', '{"a":1}{"b":2}', '{"a":1}{"b":2}'],
  ]
  return forms.map(([what, given, expected]) => ({
    title: `arguments that are ${what}`,
    ...calling(call({ function: { name: 'look', arguments: given } })),
    answer: { calls: [['look', expected]] },
  }))
}

const ENDS: WireQuirk[] = [
  ...(
    [
      ['stop', 'stop'],
      ['STOP', 'stop'],
      ['eos_token', 'stop'],
      ['end_turn', 'stop'],
      ['length', 'length'],
      ['model_length', 'length'],
      ['max_tokens', 'length'],
      ['content_filter', 'refused'],
      ['SAFETY', 'refused'],
      ['error', 'failed'],
      ['abort', 'failed'],
      ['insufficient_system_resource', 'failed'],
      ['pause_turn', 'failed'],
      ['a_word_of_tomorrow', 'failed'],
    ] as const
  ).map(
    ([reason, finish]): WireQuirk => ({
      title: `an answer that ends with ${reason} is ${finish}`,
      ...inBoth({ content: 'Par' }, { finish: reason }),
      answer: { text: 'Par', finish, reason: finish === 'failed' ? reason : undefined } as WireQuirk['answer'],
    }),
  ),
  {
    title: 'an answer whose finish reason is null has not ended',
    whole: { choices: [{ index: 0, message: { content: 'Par' }, finish_reason: null }] },
    events: [{ choices: [{ index: 0, delta: { content: 'Par' }, finish_reason: null }] }],
    answer: { fault: 'unavailable', retryable: true, says: 'ended before its answer was complete' },
  },
  {
    title: 'the mark of the end is an end, without a finish reason',
    events: [{ choices: [{ index: 0, delta: { content: 'Paris' }, finish_reason: null }] }, DONE],
    answer: { text: 'Paris', finish: 'stop' },
  },
  {
    title: 'the mark of the end without any message is no answer',
    events: [DONE],
    answer: { fault: 'unavailable', retryable: true },
  },
  {
    title: 'an error within a choice is the fault of its kind',
    whole: {
      choices: [
        { index: 0, message: { content: '' }, finish_reason: 'error', error: { code: 429, message: 'slow down' } },
      ],
    },
    events: [
      { choices: [{ index: 0, delta: { content: 'Par' } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'error', error: { code: 429, message: 'slow down' } }] },
    ],
    answer: { fault: 'rate_limited', retryable: true, says: 'slow down' },
  },
]

const piece = (...tool_calls: JsonObject[]): JsonObject => ({ choices: [{ index: 0, delta: { tool_calls } }] })
const part = (fields: JsonObject, given: string, name?: string): JsonObject => ({
  ...fields,
  function: { ...(name !== undefined && { name }), arguments: given },
})
const CALLED: JsonObject = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }
const BOTH: [string, JsonValue][] = [
  ['look', { a: 1 }],
  ['look', { b: 2 }],
]

const PARALLEL: WireQuirk[] = (
  [
    [
      'parallel calls that share index 0',
      [part({ index: 0, id: 'x' }, '{"a":1}', 'look'), part({ index: 0, id: 'y' }, '{"b":2}', 'look')],
    ],
    [
      'parallel calls that share index 0, in pieces',
      [
        part({ index: 0, id: 'x' }, '{"a"', 'look'),
        part({ index: 0 }, ':1}'),
        part({ index: 0, id: 'y' }, '', 'look'),
        part({ index: 0 }, '{"b":2}'),
      ],
    ],
    [
      'calls without an index, whose pieces follow each other',
      [part({ id: 'x' }, '{"a"', 'look'), part({}, ':1}'), part({ id: 'y' }, '{"b"', 'look'), part({}, ':2}')],
    ],
    ['whole calls without an index and an id', [part({}, '{"a":1}', 'look'), part({}, '{"b":2}', 'look')]],
    [
      'whole calls at index 0 without an id',
      [part({ index: 0 }, '{"a":1}', 'look'), part({ index: 0 }, '{"b":2}', 'look')],
    ],
    [
      'pieces that each repeat id and name',
      [
        part({ index: 0, id: 'x' }, '{"a"', 'look'),
        part({ index: 0, id: 'x' }, ':1}', 'look'),
        part({ index: 1, id: 'y' }, '{"b"', 'look'),
        part({ index: 1, id: 'y' }, ':2}', 'look'),
      ],
    ],
    [
      'pieces that each have a fresh id and no name',
      [
        part({ index: 0, id: 'x1' }, '{"a"', 'look'),
        part({ index: 0, id: 'x2' }, ':1}'),
        part({ index: 1, id: 'y1' }, '{"b"', 'look'),
        part({ index: 1, id: 'y2' }, ':2}'),
      ],
    ],
    [
      'pieces of two calls that alternate',
      [
        part({ index: 0, id: 'x' }, '', 'look'),
        part({ index: 1, id: 'y' }, '', 'look'),
        part({ index: 0 }, '{"a"'),
        part({ index: 1 }, '{"b"'),
        part({ index: 0 }, ':1}'),
        part({ index: 1 }, ':2}'),
      ],
    ],
    [
      'two calls with the same id under two indexes',
      [part({ index: 0, id: 'x' }, '{"a":1}', 'look'), part({ index: 1, id: 'x' }, '{"b":2}', 'look')],
    ],
  ] as const
).flatMap(([what, parts]): WireQuirk[] => [
  {
    title: `${what} are two calls, each piece in a chunk`,
    events: [...parts.map((one) => piece(one)), CALLED, DONE],
    answer: { calls: BOTH },
  },
  { title: `${what} are two calls, in one chunk`, events: [piece(...parts), CALLED, DONE], answer: { calls: BOTH } },
])

const counted = (usage: JsonValue, more: JsonObject = {}): Pick<WireQuirk, 'whole' | 'events'> =>
  inBoth({ content: 'Paris' }, { usage, ...more })

const USAGES: WireQuirk[] = [
  {
    title: 'thoughts that are counted in the total alone are output',
    ...counted({
      prompt_tokens: 32,
      completion_tokens: 2,
      total_tokens: 386,
      completion_tokens_details: { reasoning_tokens: 352 },
    }),
    answer: { usage: { input_tokens: 32, cached_tokens: 0, output_tokens: 354 } },
  },
  {
    title: 'thoughts that are counted within the output are not counted twice',
    ...counted({
      prompt_tokens: 32,
      completion_tokens: 354,
      total_tokens: 386,
      completion_tokens_details: { reasoning_tokens: 352 },
    }),
    answer: { usage: { input_tokens: 32, cached_tokens: 0, output_tokens: 354 } },
  },
  ...(
    [
      ['DeepSeek', { prompt_cache_hit_tokens: 30, prompt_cache_miss_tokens: 10 }],
      ['Moonshot', { cached_tokens: 30 }],
      ['Mistral', { num_cached_tokens: 30 }],
      ['OpenAI', { prompt_tokens_details: { cached_tokens: 30 } }],
    ] as const
  ).map(
    ([vendor, fields]): WireQuirk => ({
      title: `cached tokens are counted by the name that ${vendor} has for them`,
      ...counted({ prompt_tokens: 40, completion_tokens: 2, ...fields }),
      answer: { usage: { input_tokens: 40, cached_tokens: 30, output_tokens: 2 } },
    }),
  ),
  {
    title: 'a negative usage is none',
    ...counted({ prompt_tokens: -1, completion_tokens: -5 }),
    answer: { usage: null },
  },
  {
    title: 'a usage that no model could have is none',
    ...counted({ prompt_tokens: 1e18, completion_tokens: 2.5 }),
    answer: { usage: null },
  },
  { title: 'a usage that is no object is none', ...counted([1, 2]), answer: { usage: null } },
  {
    title: 'a usage of zeros at the end does not replace the one before',
    events: [
      { choices: [{ index: 0, delta: { content: 'Paris' } }], usage: { prompt_tokens: 3, completion_tokens: 1 } },
      {
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
      },
      DONE,
    ],
    answer: { usage: { input_tokens: 3, cached_tokens: 0, output_tokens: 1 } },
  },
  {
    title: 'the usage of Groq stands in a field of its own',
    events: [
      {
        choices: [{ index: 0, delta: { content: 'Paris' }, finish_reason: 'stop' }],
        x_groq: { usage: { prompt_tokens: 3, completion_tokens: 1 } },
      },
      DONE,
    ],
    answer: { usage: { input_tokens: 3, cached_tokens: 0, output_tokens: 1 } },
  },
  {
    title: 'the usage of Moonshot stands in the choice',
    events: [
      {
        choices: [
          {
            index: 0,
            delta: { content: 'Paris' },
            finish_reason: 'stop',
            usage: { prompt_tokens: 3, completion_tokens: 1 },
          },
        ],
      },
      DONE,
    ],
    answer: { usage: { input_tokens: 3, cached_tokens: 0, output_tokens: 1 } },
  },
]

const BODIES: WireQuirk[] = [
  {
    title: 'a message beside the delta, with the text so far, is not read twice',
    events: [
      { choices: [{ index: 0, delta: { content: 'Par' }, message: { content: 'Par' } }] },
      { choices: [{ index: 0, delta: { content: 'is' }, message: { content: 'Paris' }, finish_reason: 'stop' }] },
    ],
    whole: { choices: [{ index: 0, delta: { content: '' }, message: { content: 'Paris' }, finish_reason: 'stop' }] },
    answer: { text: 'Paris' },
  },
  {
    title: 'an error that is a text is the message of the fault',
    whole: { error: 'overloaded' },
    events: [{ error: 'overloaded' }],
    answer: { fault: 'unavailable', retryable: true, says: 'overloaded' },
  },
  {
    title: 'an error of Mistral, outside of the field error, is a fault',
    whole: { object: 'error', message: 'too many requests', type: 'rate_limited', code: '1300' },
    answer: { fault: 'rate_limited', retryable: true, says: 'too many requests' },
  },
  {
    title: 'choices that are no list of objects are no answer',
    whole: { choices: ['Paris'] },
    answer: { fault: 'invalid_output', retryable: true, says: '"Paris"' },
  },
  {
    title: 'an answer without choices is no answer',
    whole: { choices: [] },
    answer: { fault: 'invalid_output', retryable: true },
  },
]

export const OPENAI_QUIRKS: readonly WireQuirk[] = [...FORMS, ...ENDS, ...PARALLEL, ...USAGES, ...BODIES]
