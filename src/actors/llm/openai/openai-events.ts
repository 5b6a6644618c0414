/**
 * Some servers answer with one JSON object though a stream was asked for: with an error, or as they know no streams. The SDK would read
 * over either as over a comment.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import { type ModelRequest, NO_ANSWER } from '../model-request.ts'

/** A `fetch` whose answers are streams of events: an object becomes one event. @throws Fault for an error, and for what is neither */
export const fetchEvents =
  (wire: ModelRequest): typeof fetch =>
  async (url, init) => {
    const response = await wire.fetch(url, init)
    if (!/^application\/json\b/i.test(response.headers.get('content-type') ?? '')) return response
    const body = parse(await response.text())
    if (isJsonObject(body) && body.error) throw wire.refused(body)
    if (!isJsonObject(body) || !Array.isArray(body.choices)) throw wire.broken(NO_ANSWER)
    const event = { ...body, choices: body.choices.filter(isJsonObject).map(toDelta) }
    return new Response(`data: ${JSON.stringify(event)}\n\n`, { headers: { 'content-type': 'text/event-stream' } })
  }

const toDelta = ({ message = null, ...choice }: JsonObject): JsonObject => ({ ...choice, delta: message })

const parse = (text: string): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return null
  }
}
