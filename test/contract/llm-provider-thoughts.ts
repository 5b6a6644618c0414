/** Thoughts that a model writes into its text, before the answer: no server may be relied on to take them out. */
import * as assert from 'uvu/assert'
import { askProvider } from '../support/wire/ask-provider.ts'
import type { AddProviderTest, ProviderUnderTest } from './llm-provider.ts'
import { WEATHER } from './llm-provider-answers.ts'

/** The text as the model wrote it, and the answer. */
const CASES: readonly [phenomenon: string, written: string, answer: string][] = [
  ['thoughts before the answer', '<think>Is it Rome?</think>\n\nParis.', 'Paris.'],
  ['thoughts behind blanks', '\n <think>\nIs it Rome?\n</think>\nParis. 🗼\n', 'Paris. 🗼\n'],
  [
    'thoughts under other names',
    '<Thinking>a</Thinking><thought>b < c</thought> <reasoning>d</reasoning>Paris.',
    'Paris.',
  ],
  ['thoughts of Mistral', '[THINK]Is it [Rome]?[/THINK]Paris.', 'Paris.'],
  ['empty thoughts', '<think>\n\n</think>\n\nParis.', 'Paris.'],
  ['thoughts that never end', '<think>Is it Rome? </thin', ''],
  ['thoughts alone', '<think>Is it Rome?</think>\n', ''],
]

const UNCHANGED: readonly [phenomenon: string, written: string][] = [
  ['thoughts in the middle of a text, which may be asked for', 'So: <think>Is it Rome?</think> Paris.'],
  ['a fence with thoughts in it', '```\n<think>a</think>\n```\nsays so.'],
  ['a word like a mark', '<thin ice> breaks'],
  ['the begin of a mark', '<think'],
  ['a mark of an end among words', 'Write </think> behind it.'],
  ['blanks before the answer', '  Paris.'],
]

export const addProviderThoughtTests = (test: AddProviderTest): void => {
  for (const stream of [false, true]) {
    const how = stream ? 'streamed, a character a piece' : 'whole'
    const ask = (subject: ProviderUnderTest, written: string) => {
      subject.server.answerWith({ kind: 'answer', answer: { text: [...written] }, chunkBytes: 7 })
      return askProvider(subject, {}, { stream })
    }
    for (const [phenomenon, written, expected] of [
      ...CASES,
      ...UNCHANGED.map(([one, text]) => [one, text, text] as const),
    ])
      test(`${how}: ${phenomenon} ${expected === written ? 'stays as it is' : 'is no part of the answer'}`, async (subject) => {
        const { answer, pieces } = await ask(subject, written)
        assert.is(answer.text, expected)
        assert.is((answer.thoughts ?? '') + answer.text, written)
        assert.is(pieces.join(''), stream ? expected : '')
      })

    test(`${how}: thoughts whose begin is in the prompt are no part of the answer`, async (subject) => {
      const { answer } = await ask(subject, 'Is it Rome?\n\nNo.\n</think>\n\nParis.')
      assert.is(answer.text, 'Paris.')
    })

    test(`${how}: thoughts before calls go back as they came, and to no other provider`, async (subject) => {
      const { server, vendor } = subject
      const toolCalls = [{ name: 'weather_now', arguments: '{"city":"Paris"}' }]
      server.answerWith({ kind: 'answer', answer: { text: ['<think>Rain', '?</think>\n', 'Let me look.'], toolCalls } })
      const { answer } = await askProvider(subject, { tools: [WEATHER] }, { stream })
      assert.is(answer.text, 'Let me look.')
      const back = async (calls: typeof answer.toolCalls) => {
        server.answerWith({ kind: 'answer', answer: { text: ['done'] } })
        const results = calls.map(
          ({ id, name }) => ({ role: 'tool', tool_call_id: id, name, content: 'rain' }) as const,
        )
        await askProvider(subject, {
          tools: [WEATHER],
          messages: [
            { role: 'user', content: 'How is the weather?' },
            { role: 'assistant', content: answer.text, tool_calls: calls },
            ...results,
          ],
        })
        const sent = server.requests.at(-1)
        const turns = sent === undefined ? [] : vendor.readRequest(sent).messages
        return turns.flatMap(({ role, text }) => (role === 'assistant' && text !== '' ? [text] : [])).join('')
      }
      assert.is(await back(answer.toolCalls), '<think>Rain?</think>\nLet me look.')
      const foreign = answer.toolCalls.map((call) => ({
        ...call,
        opaque: { thoughts: { from: 'another', text: '<think>Rain?</think>' } },
      }))
      assert.is(await back(foreign), 'Let me look.')
    })
  }
}
