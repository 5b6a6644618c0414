import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readEvents } from '../../../src/actors/llm/event-stream.ts'

/** Reads the events of a text that arrives in pieces of so many bytes. */
const read = async (text: string, chunkBytes: number): Promise<string[]> => {
  const bytes = Buffer.from(text)
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += chunkBytes) controller.enqueue(bytes.subarray(at, at + chunkBytes))
      controller.close()
    },
  })
  const events: string[] = []
  for await (const event of readEvents(source)) events.push(event)
  return events
}

const TABLE: [what: string, text: string, events: string[]][] = [
  ['an event', 'data: {"a":1}\n\n', ['{"a":1}']],
  ['two events', 'data: {"a":1}\n\ndata: {"b":"東京 🗼"}\n\n', ['{"a":1}', '{"b":"東京 🗼"}']],
  ['CRLF', 'data: {"a":1}\r\n\r\ndata: {}\r\n\r\n', ['{"a":1}', '{}']],
  ['no blank after the colon', 'data:{"a":1}\n\n', ['{"a":1}']],
  ['several lines of data', 'data: {\ndata:   "a": 1\ndata: }\n\n', ['{\n"a": 1\n}']],
  ['comments and other fields', ': hi\n\nevent: message\nid: 1\nretry: 5\ndata: {}\n\n', ['{}']],
  ['an end without a blank line', 'data: {"a":1}\n\ndata: {"b":2}', ['{"a":1}', '{"b":2}']],
  ['an end within a line', 'data: {"b":', ['{"b":']],
  ['the end as others mark it', 'data: {}\n\ndata: [DONE]\n\n', ['{}']],
  ['line separators of Unicode within a text', 'data: {"a":"\u2028\u2029"}\n\n', ['{"a":"\u2028\u2029"}']],
  [
    'an error outside of events',
    'data: {}\n\n{\n  "error": {\n    "code": 503\n  }\n}\n',
    ['{}', '{  "error": {    "code": 503  }}'],
  ],
  ['something else outside of events', '<html>\n</html>\n', []],
  ['nothing', '', []],
]

const test = suite('event stream')

for (const [what, text, events] of TABLE)
  test(`${what}: ${JSON.stringify(text)}`, async () => {
    for (const chunkBytes of [1, 2, 3, 7, 1000]) assert.equal(await read(text, chunkBytes), events)
  })

test('a long line in small pieces takes linear time', async () => {
  const text = `{"a":"${'x'.repeat(400_000)}"}`
  const began = performance.now()
  assert.equal(await read(`data: ${text}\n\n`, 16), [text])
  assert.ok(performance.now() - began < 5000)
})

test.run()
