import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readLines } from '../../../src/actors/llm/stream-lines.ts'

/** Reads the lines of a body that comes in pieces of this many bytes. */
const read = async (text: string, pieceBytes: number): Promise<string[]> => {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + pieceBytes))
      at += pieceBytes
    },
  })
  const lines: string[] = []
  for await (const line of readLines(body)) lines.push(line)
  return lines
}

const test = suite('lines of a stream')

for (const [what, text, lines] of [
  ['lines', '{"a":1}\n{"b":"é🗼"}\n', ['{"a":1}', '{"b":"é🗼"}']],
  ['a last line without an end', '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
  ['lines between blank ones', '\n{"a":1}\r\n \n\n', ['{"a":1}\r']],
] as const)
  test(`${what} come whole, however they are cut`, async () => {
    for (const pieceBytes of [1, 2, 3, 7, 1000]) assert.equal(await read(text, pieceBytes), lines)
  })

test('a long line in small pieces takes linear time', async () => {
  const line = `{"a":"${'x'.repeat(1_000_000)}"}`
  const began = performance.now()
  assert.equal(await read(`${line}\n`, 16), [line])
  assert.ok(performance.now() - began < 5000)
})

test.run()
