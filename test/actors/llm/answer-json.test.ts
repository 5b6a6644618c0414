import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findAnswerJson } from '../../../src/actors/llm/answer-json.ts'

const test = suite('the JSON in an answer')

const JSON_TEXT = '{"label":"bug","note":"a } in a text"}'

const FOUND: [string, string][] = [
  ['JSON alone', JSON_TEXT],
  ['JSON behind a byte order mark', `\ufeff${JSON_TEXT}`],
  ['JSON behind thoughts', `<think>It is {"label":"question"}, or not.</think>\n${JSON_TEXT}`],
  ['JSON behind thoughts whose begin the template wrote', `It may be {"a":1}.\n</think>\n\n${JSON_TEXT}`],
  ['JSON behind thoughts under another name', `<thinking>hm</thinking>${JSON_TEXT}`],
  ['JSON in a fence', `\`\`\`json\n${JSON_TEXT}\n\`\`\``],
  ['JSON in a fence without a language', `\`\`\`\n${JSON_TEXT}\n\`\`\``],
  ['JSON in a fence of another language', `\`\`\`JSON5\n${JSON_TEXT}\n\`\`\``],
  ['JSON in a fence of tildes', `~~~json\n${JSON_TEXT}\n~~~`],
  ['JSON in a fence of four', `\`\`\`\`json\n${JSON_TEXT}\n\`\`\`\``],
  ['JSON in a fence on one line', `\`\`\`json ${JSON_TEXT}\`\`\``],
  ['JSON in a fence with CRLF', `\`\`\`json\r\n${JSON_TEXT}\r\n\`\`\``],
  ['JSON in a fence, words around it', `Here it is:\n\`\`\`json\n${JSON_TEXT}\n\`\`\`\nIs it good?`],
  ['JSON behind thoughts, in a fence', `<think>\n\`\`\`js\nx\n\`\`\`\n</think>\n\`\`\`json\n${JSON_TEXT}\n\`\`\``],
  ['words around JSON', `Sure! The answer is ${JSON_TEXT}. I hope that it helps [1].`],
  ['words with a brace before JSON', `A set {a} gives ${JSON_TEXT}`],
]
for (const [what, text] of FOUND)
  test(`is found: ${what}`, () => {
    assert.is(findAnswerJson(text), JSON_TEXT)
  })

const LEFT = [
  'no JSON at all',
  `${JSON_TEXT} or {"label":"question"}`,
  '{"label":"bug"',
  '',
  `\`\`\`json\n${JSON_TEXT}\n\`\`\`\nor\n\`\`\`json\n{"label":"question"}\n\`\`\``,
  '"a text with <think>thoughts</think> in it"',
]
for (const text of LEFT)
  test(`stays as it is: ${JSON.stringify(text)}`, () => {
    assert.is(findAnswerJson(text), text)
  })

const HOSTILE: [string, string][] = [
  ['brackets', '{['.repeat(500_000)],
  ['thoughts without an end', '<think>'.repeat(150_000)],
  ['backticks', `${'~'.repeat(1_000)}${'`'.repeat(1_000_000)}x`],
  ['fences of many lengths', Array.from({ length: 1_400 }, (_, index) => '`'.repeat(1_402 - index)).join('x')],
]

for (const [name, text] of HOSTILE)
  test(`is looked for in a time that grows with the text, in one of ${name}`, () => {
    assert.is(findAnswerJson(text), text)
  })

test.run()
