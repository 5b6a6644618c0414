/**
 * Checks the lines of Ollama's stream before its SDK reads them. The SDK prints a line that is not JSON to the console and leaves it out of
 * the answer, and its error for an error line can't be told from others.
 */
import { isJsonObject, type JsonObject, tryParseJson } from '../../../core/json.ts'
import { toExactJson } from '../exact-json.ts'
import { createLineSplitter } from '../stream-lines.ts'

export interface LineJudge {
  /** Makes the error for a body or a line that is not part of an answer. */
  toMalformed(text: string): Error
  /** Makes the error for the line `{ "error": … }`. */
  toRefused(line: JsonObject): Error
}

/** A whole answer. The SDK would change numbers that lose digits, in the arguments of calls. */
export const judgeBody = async (response: Response, { toMalformed, toRefused }: LineJudge): Promise<Response> => {
  const { status, headers } = response
  const text = await response.text()
  const body = tryParseJson(text)
  if (isJsonObject(body) && body.error) throw toRefused(body)
  if (!isJsonObject(body) || !isJsonObject(body.message)) throw toMalformed(text)
  return new Response(toExactJson(text), { status, headers })
}

/** Drops blank lines, and keeps digits. The body fails at the first line that is an error, or not Ollama's. */
export const judgeLines = (response: Response, judge: LineJudge): Response => {
  if (response.body === null) return response
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  const splitter = createLineSplitter()
  const pass = (lines: readonly string[], controller: TransformStreamDefaultController<Uint8Array>): void => {
    const kept = lines.filter((line) => line.trim() !== '')
    for (const line of kept) {
      const problem = findProblem(line, judge)
      if (problem !== undefined) throw problem
    }
    if (kept.length > 0) controller.enqueue(encoder.encode(`${kept.map(toExactJson).join('\n')}\n`))
  }
  const filter = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => pass(splitter.take(decoder.decode(chunk, { stream: true })), controller),
    flush: (controller) => pass([...splitter.take(decoder.decode()), splitter.end()], controller),
  })
  const { status, headers } = response
  return new Response(response.body.pipeThrough(filter), { status, headers })
}

const findProblem = (line: string, { toMalformed, toRefused }: LineJudge): Error | undefined => {
  const value = tryParseJson(line)
  if (!isJsonObject(value)) return toMalformed(line)
  return value.error ? toRefused(value) : undefined
}
