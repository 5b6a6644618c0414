import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLlmActor } from '../../../src/actors/llm/llm-actor.ts'
import { createThoughtFilter, cutThoughts, splitThoughts } from '../../../src/actors/llm/thoughts.ts'
import { createActorContext } from '../../support/actor-context.ts'
import { catchFault } from '../../support/catch-fault.ts'

const test = suite('thoughts in a text')

const WORDS = [
  '<think>',
  '</think>',
  '<',
  'think',
  '>',
  '\n',
  ' ',
  '[THINK]',
  '[/THINK]',
  'Paris',
  '<thinking>',
  '</THINKING>',
  'é',
]
const TEXT = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map((words) => words.join(''))

test('a text in pieces of any size gives the answer of the whole text', () => {
  fc.assert(
    fc.property(TEXT, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (text, sizes) => {
      const [whole, pieces] = [createThoughtFilter(), createThoughtFilter()]
      let out = ''
      for (let at = 0, count = 0; at < text.length; count++) {
        const size = sizes[count % sizes.length] ?? 1
        out += pieces.take(text.slice(at, at + size))
        at += size
      }
      assert.is(out + pieces.end(), whole.take(text) + whole.end())
    }),
  )
})

test('thoughts and answer make up the text', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const { thoughts, text: answer } = splitThoughts(text)
      assert.is(thoughts + answer, text)
    }),
  )
})

test('a mark on a line of its own ends thoughts only where none opens them', () => {
  assert.is(splitThoughts('Rome?\n</think>\r\nParis').text, 'Paris')
  assert.is(splitThoughts('</think>\n\nParis').text, 'Paris')
  assert.is(splitThoughts('Write:\n<think>\na\n</think>\nb').text, 'Write:\n<think>\na\n</think>\nb')
})

test('long thoughts in single characters take no longer than their length', () => {
  const filter = createThoughtFilter()
  for (const sign of `<think>${'x'.repeat(300_000)}</think>`) assert.is(filter.take(sign), '')
  assert.is(filter.take('Paris'), 'Paris')
})

test('an answer of thoughts alone is the retryable fault invalid_output, which says so', async () => {
  const usage = { input_tokens: 1, cached_tokens: 0, output_tokens: 9 }
  const provider = {
    name: 'scripted',
    call: async () => cutThoughts({ text: '<think>Rome?</think>\n', toolCalls: [], finish: 'stop', usage }, 'scripted'),
  }
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  const input = { model: 'scripted/small', messages, params: {}, call: 0 }
  const fault = await catchFault(() => createLlmActor(provider).perform(input, createActorContext()))
  assert.equal([fault.code, fault.retryable], ['invalid_output', true])
  assert.is(fault.message, "'scripted/small' answered with nothing but thoughts: expected a text")
})

test.run()
