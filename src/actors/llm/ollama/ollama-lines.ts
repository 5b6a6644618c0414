/**
 * Goes over the lines of Ollama's stream before its SDK does: that would print to the console a line that is no JSON and leave it
 * out of the answer, and make an error line an error like any other.
 */
import { isJsonObject, type JsonObject } from '../../../core/json.ts'

export interface LineJudge {
  /** The error to end with for a line that is no object of JSON. */
  toMalformed(): Error
  /** The error to end with for the line `{ "error": … }`. */
  toRefused(line: JsonObject): Error
}

/** The same response without blank lines; its body fails at the first line that is an error or is none of Ollama's. */
export const judgeLines = (response: Response, judge: LineJudge): Response => {
  if (response.body === null) return response
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let rest = ''
  const pass = (lines: readonly string[], controller: TransformStreamDefaultController<Uint8Array>): void => {
    const kept = lines.filter((line) => line.trim() !== '')
    for (const line of kept) {
      const problem = findProblem(line, judge)
      if (problem !== undefined) throw problem
    }
    if (kept.length > 0) controller.enqueue(encoder.encode(`${kept.join('\n')}\n`))
  }
  const filter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      pass(lines, controller)
    },
    flush: (controller) => pass([rest + decoder.decode()], controller),
  })
  const { status, headers } = response
  return new Response(response.body.pipeThrough(filter), { status, headers })
}

const findProblem = (line: string, { toMalformed, toRefused }: LineJudge): Error | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    if (!isJsonObject(value)) return toMalformed()
    return value.error === undefined ? undefined : toRefused(value)
  } catch {
    return toMalformed()
  }
}
