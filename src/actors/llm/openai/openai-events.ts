/**
 * Turns a JSON object into a stream. Some servers send one where a stream was asked for: an error, or an answer, as they know no streams.
 * The SDK would pass over it as over a comment.
 */
import { isJsonObject, type JsonObject, tryParseJson } from '../../../core/json.ts'
import { type ModelRequest, NO_ANSWER } from '../model-request.ts'

/** Makes a `fetch` whose responses are streams of events. @throws Fault for an error, and for an object that is not an answer */
export const fetchEvents =
  (wire: ModelRequest): typeof fetch =>
  async (url, init) => {
    const response = await wire.fetch(url, init)
    if (!/^application\/json\b/i.test(response.headers.get('content-type') ?? '')) return response
    const body = tryParseJson(await response.text())
    if (isJsonObject(body) && body.error) throw wire.refused(body)
    if (!isJsonObject(body) || !Array.isArray(body.choices)) throw wire.broken(NO_ANSWER)
    const event = { ...body, choices: body.choices.filter(isJsonObject).map(toDelta) }
    return new Response(`data: ${JSON.stringify(event)}\n\n`, { headers: { 'content-type': 'text/event-stream' } })
  }

const toDelta = ({ message = null, ...choice }: JsonObject): JsonObject => ({ ...choice, delta: message })
