import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { judgeLines } from '../../../../src/actors/llm/ollama/ollama-lines.ts'

const judge = {
  toMalformed: (text: string): Error => new Error(`malformed: ${text}`),
  toRefused: (): Error => new Error('refused'),
}

/** Passes a body in pieces of this many bytes through the judge. */
const pass = async (text: string, pieceBytes: number): Promise<string> => {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + pieceBytes))
      at += pieceBytes
    },
  })
  return judgeLines(new Response(body), judge).text()
}

const test = suite('lines of Ollama')

for (const [what, text, passed] of [
  ['lines', '{"a":1}\n{"b":"é🗼"}\n', '{"a":1}\n{"b":"é🗼"}\n'],
  ['a last line without an end', '{"a":1}\n{"b":2}', '{"a":1}\n{"b":2}\n'],
  ['blank lines', '\n{"a":1}\r\n \n\n', '{"a":1}\r\n'],
  ['an id of many digits', '{"id":7615917337495251231}\n', '{"id":"7615917337495251231"}\n'],
] as const)
  test(`${what} pass, however they are cut`, async () => {
    for (const pieceBytes of [1, 2, 3, 7, 1000]) assert.is(await pass(text, pieceBytes), passed)
  })

test('a line that is an error, or no object, breaks the body off', async () => {
  for (const [line, message] of [
    ['{"error":"full"}', /refused/],
    ['[1]', /malformed: \[1\]/],
  ] as const)
    try {
      await pass(`{"a":1}\n${line}\n`, 4)
      assert.unreachable()
    } catch (error) {
      assert.match(error instanceof Error ? error.message : '', message)
    }
})

test('a long line in small pieces takes linear time', async () => {
  const line = `{"a":"${'x'.repeat(1_000_000)}"}\n`
  const began = performance.now()
  assert.is(await pass(line, 16), line)
  assert.ok(performance.now() - began < 5000)
})

test.run()
