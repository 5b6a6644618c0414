/** Turns the bytes of a response into the value that the workflow sees. */
import type { ActorContext } from '../../../core/actor.ts'
import type { JsonValue } from '../../../core/json.ts'
import { parseJson } from '../parse-json.ts'
import type { HttpResponse } from './http-response.ts'

export type Expectation = 'auto' | 'json' | 'text' | 'blob'

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/
const TEXT_TYPE =
  /^(text\/.*|application\/([\w.-]+\+)?(xml|yaml|javascript|x-www-form-urlencoded|x-ndjson|graphql|sql)|)$/

/**
 * Makes parsed JSON (null for an empty body), text, or a blob in the store.
 * @throws Fault `invalid_output` for a body that is declared as JSON and is not
 */
export const toBodyValue = async (
  response: HttpResponse,
  { expect, context }: { expect: Expectation; context: ActorContext },
): Promise<JsonValue> => {
  const header = response.headers['content-type'] ?? ''
  const mediaType = (header.split(';')[0] ?? '').trim().toLowerCase()
  switch (expect === 'auto' ? expectationOf(mediaType, response) : expect) {
    case 'json':
      return response.body.length === 0 ? null : parseJson(decodeText(response.body, header), response.url.pathname)
    case 'text':
      return decodeText(response.body, header)
    default:
      return context.blob({
        bytes: response.body,
        media_type: mediaType || 'application/octet-stream',
        name: response.url.pathname.split('/').at(-1) || 'body',
      })
  }
}

const expectationOf = (mediaType: string, { body }: HttpResponse): Exclude<Expectation, 'auto'> => {
  if (JSON_TYPE.test(mediaType)) return 'json'
  return TEXT_TYPE.test(mediaType) || body.length === 0 ? 'text' : 'blob'
}

/** Decodes by the charset of the Content-Type. Default, also for an unknown charset: UTF-8. */
const decodeText = (bytes: Buffer, contentType: string): string => {
  const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]+)/i.exec(contentType) ?? []
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
