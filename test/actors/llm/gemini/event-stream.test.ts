import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rewriteEvents } from '../../../../src/actors/llm/gemini/event-stream.ts'

/** What the text becomes, arriving so many bytes at a time. */
const rewrite = async (text: string, chunkBytes: number): Promise<string> => {
  const bytes = Buffer.from(text)
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += chunkBytes) controller.enqueue(bytes.subarray(at, at + chunkBytes))
      controller.close()
    },
  })
  return Buffer.from(await new Response(source.pipeThrough(rewriteEvents())).arrayBuffer()).toString('utf8')
}

const TABLE: [what: string, text: string, rewritten: string][] = [
  ['an event', 'data: {"a":1}\n\n', 'data: {"a":1}\n\n'],
  ['two events', 'data: {"a":1}\n\ndata: {"b":"東京 🗼"}\n\n', 'data: {"a":1}\n\ndata: {"b":"東京 🗼"}\n\n'],
  ['CRLF', 'data: {"a":1}\r\n\r\ndata: {}\r\n\r\n', 'data: {"a":1}\n\ndata: {}\n\n'],
  ['no blank after the colon', 'data:{"a":1}\n\n', 'data: {"a":1}\n\n'],
  ['several lines of data', 'data: {\ndata:   "a": 1\ndata: }\n\n', 'data: { "a": 1 }\n\n'],
  ['comments and other fields', ': hi\n\nevent: message\nid: 1\nretry: 5\ndata: {}\n\n', 'data: {}\n\n'],
  ['an end without a blank line', 'data: {"a":1}\n\ndata: {"b":2}', 'data: {"a":1}\n\ndata: {"b":2}\n\n'],
  ['an end within a line', 'data: {"b":', 'data: {"b":\n\n'],
  ['the end as others mark it', 'data: {}\n\ndata: [DONE]\n\n', 'data: {}\n\n'],
  ['line separators of Unicode within a text', 'data: {"a":"\u2028\u2029"}\n\n', 'data: {"a":"\\u2028\\u2029"}\n\n'],
  [
    'an error outside of events',
    'data: {}\n\n{\n  "error": {\n    "code": 503\n  }\n}\n',
    'data: {}\n\ndata: {  "error": {    "code": 503  }}\n\n',
  ],
  ['something else outside of events', '<html>\n</html>\n', ''],
  ['nothing', '', ''],
]

const test = suite('rewrite events')

for (const [what, text, rewritten] of TABLE)
  test(`${what}: ${JSON.stringify(text)}`, async () => {
    for (const chunkBytes of [1, 2, 3, 7, 1000]) assert.is(await rewrite(text, chunkBytes), rewritten)
  })

test('a long line in small pieces costs its length, not its square', async () => {
  const text = `data: {"a":"${'x'.repeat(400_000)}"}\n\n`
  const began = performance.now()
  assert.is(await rewrite(text, 16), text)
  assert.ok(performance.now() - began < 5000)
})

test.run()
