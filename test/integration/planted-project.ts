/**
 * A project in which every way in which a secret may come back is tried at once: servers that repeat headers, addresses, arguments and
 * keys in whatever they answer. Each secret holds the MARK, so that a part of one is found as well.
 */
import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { type ReceivedRequest, sendJson, startHttpServer, type TestServer } from '../support/http-server.ts'
import type { WireReply, WireRequest } from '../support/wire/wire.ts'

export const MARK = 'pl4nted'

/** Looks like a number, and comes back as one. */
export const PIN = '40412345678901'

export interface PlantedSecrets {
  HEADER: string
  ARGUMENT: string
  QUERY: string
  PIN: string
  /** A whole address. */
  HOOK: string
  /** Key of the model's vendor. */
  KEY: string
}

export const plantSecrets = (toolUrl: string): PlantedSecrets => ({
  HEADER: `head-${MARK}+4f1e/77==&tail`,
  ARGUMENT: `argument "${MARK}" €uro\\slash/end`,
  QUERY: `query ${MARK}&more=1/2%20x`,
  PIN,
  HOOK: `${toolUrl}/hook/${MARK}-93ac51b7?sig=${MARK}-in-query-77ab`,
  KEY: `sk-${MARK}-0c55aa9921d3-4e`,
})

/** How each may be written; parts of Base64 are those that do not depend on what stands around them. */
export const formsToLookFor = (secrets: PlantedSecrets): string[] => [
  MARK,
  PIN,
  Buffer.from(MARK).toString('hex'),
  ...[...Object.values(secrets), MARK].flatMap((value) => [0, 1, 2].map((before) => base64Part(value, before))),
]

const base64Part = (value: string, before: number): string =>
  Buffer.from('\0'.repeat(before) + value)
    .toString('base64')
    .slice(before === 0 ? 0 : before + 1, -4)

const CONTINUE = 'retry: { max: 2, backoff: 1ms..1ms }, on_error: continue'

/** Each step sends secrets to the tool server, which answers by the path. */
export const TOOLS_WORKFLOW = `workflow: tools
input: { url: string, note: string, pin: number }
secrets: [HEADER, ARGUMENT, QUERY, PIN, HOOK]
steps:
  - { id: mirror, tool: http.get, with: { url: "\${input.url}/mirror", headers: { x-token: "\${secrets.HEADER}" } } }
  - { id: hook, tool: http.post, with: { url: "\${secrets.HOOK}", json: { token: "\${secrets.ARGUMENT}", deep: [{ pin: "\${secrets.PIN}" }] } } }
  - { id: form, tool: http.post, with: { url: "\${input.url}/mirror", form: { token: "\${secrets.QUERY}", other: "\${secrets.ARGUMENT}" } } }
  - { id: redirected, tool: http.get, with: { url: "\${input.url}/redirect", query: { token: "\${secrets.QUERY}" } } }
  - { id: led_away, tool: http.get, with: { url: "\${input.url}/away", headers: { x-token: "\${secrets.HEADER}" } }, ${CONTINUE} }
  - { id: broken, tool: http.get, with: { url: "\${input.url}/broken", headers: { x-token: "\${secrets.HEADER}" } }, ${CONTINUE} }
  - { id: cut, tool: http.get, with: { url: "\${input.url}/cut", headers: { x-token: "\${secrets.HEADER}" } }, ${CONTINUE} }
  - { id: gone, tool: http.get, with: { url: "\${secrets.HOOK}", headers: { x-gone: "yes" } }, ${CONTINUE} }
  - { id: no_json, tool: http.get, with: { url: "\${input.url}/no-json", headers: { x-token: "\${secrets.HEADER}" } }, ${CONTINUE} }
  - { id: file, tool: http.get, with: { url: "\${input.url}/mirror", expect: blob, headers: { x-token: "\${secrets.HEADER}" } } }
  - id: bearer
    tool: http.get
    with: { url: "\${input.url}/mirror?pin=\${input.pin}&token=\${secrets.QUERY}", headers: { authorization: "Bearer \${secrets.HEADER}" } }
    undo: { tool: http.delete, with: { url: "\${input.url}/undo/\${secrets.QUERY}", auth: { bearer: "v1-\${secrets.HEADER}" } } }
  - { id: basic, tool: http.get, with: { url: "\${input.url}/mirror", auth: { basic: { user: ada, password: "\${secrets.HEADER}" } } } }
  - { id: api_key, tool: http.get, with: { url: "\${input.url}/broken", auth: { api_key: { in: query, name: key, value: "a \${secrets.ARGUMENT}" } } }, ${CONTINUE} }
  - { id: own, set: { note: input.note, pin: string(input.pin), again: steps.mirror.output.body } }
  - { id: last, tool: http.get, with: { url: "\${input.url}/last" } }
  - { id: give_up, fail: { code: given_up, message: "It said \${steps.mirror.output.body.headers} and \${input.note}" } }
`

export const modelsWorkflow = (model: string): string => `workflow: models
models: { default: ${model} }
secrets: [PIN]
input: { url: string }
steps:
  - { id: streamed, llm: default, stream: true, prompt: "say it in pieces" }
  - { id: whole, llm: default, prompt: "say it as a whole" }
  - { id: structured, llm: default, prompt: "say it as JSON", returns: { key: string, pin: number, again: string } }
  - { id: unfit, llm: default, prompt: "say it as what does not fit", returns: { pin: boolean }, ${CONTINUE} }
  - { id: looked_up, llm: default, stream: true, tools: [http.get], prompt: "look it up at \${input.url}" }
  - { id: refused, llm: default, prompt: "answer with 400", ${CONTINUE} }
  - { id: busy, llm: default, prompt: "answer with 500", ${CONTINUE} }
  - { id: unauthorized, llm: default, prompt: "answer with 401", ${CONTINUE} }
  - { id: late_error, llm: default, stream: true, prompt: "break off with an error", ${CONTINUE} }
  - { id: last, tool: http.get, with: { url: "\${input.url}/last" } }
output: { text: steps.streamed.output.text, json: steps.structured.output, found: steps.looked_up.output.text }
`

export interface PlantedToolServer extends TestServer {
  /** Called while the last step of a run waits for its answer; what it throws is thrown again by `settled`. */
  onLast: () => void
  settled(): void
}

/** Repeats what it is sent, in every encoding that an answer can have. */
export const startPlantedToolServer = async (): Promise<PlantedToolServer> => {
  let problem: unknown
  const server = await startHttpServer((request, response) => {
    if (request.url === '/last') look()
    respond(request, response)
  })
  const look = (): void => {
    try {
      self.onLast()
    } catch (thrown) {
      problem ??= thrown
    }
  }
  const self: PlantedToolServer = Object.assign(server, {
    onLast: () => {},
    settled() {
      if (problem !== undefined) throw problem
    },
  })
  return self
}

const respond = (request: ReceivedRequest, response: ServerResponse): void => {
  const { url, headers } = request
  const token = String(headers['x-token'] ?? '')
  const location = findRedirect(url, token)
  if (location !== undefined) response.writeHead(302, { location }).end()
  else if (url === '/no-json')
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"token": "${token}`)
  else if (url === '/cut') response.writeHead(400, { 'content-type': 'text/plain' }).end(`${'x'.repeat(485)}${token}`)
  else {
    response.setHeader('x-echo', `${token}, Basic ${Buffer.from(`user:${token}`).toString('base64')}`)
    sendJson(response, mirror(request), headers['x-gone'] !== undefined ? 404 : url === '/broken' ? 503 : 200)
  }
}

const findRedirect = (url: string, token: string): string | undefined => {
  if (url === '/away') return `http://10.0.0.1/${encodeURIComponent(token)}?again=${token}`
  return url.startsWith('/redirect') ? `/mirror/landed${new URL(url, 'http://x').search}` : undefined
}

const mirror = ({ url, headers, body }: ReceivedRequest): unknown => {
  const token = String(headers['x-token'] ?? '')
  return {
    url,
    headers: JSON.stringify(headers),
    body,
    pin: Number(PIN),
    [`a key ${token}`]: { pins: [Number(PIN), -Number(PIN)], text: `${PIN}, ${encodeURIComponent(token)}` },
    encoded: [0, 1, 2].map((before) => Buffer.from(`${'-'.repeat(before)}${token}${body}`).toString('base64')),
    escaped: JSON.stringify(JSON.stringify({ token, body })),
  }
}

/** A model that repeats its key. */
export const createPlantedModel =
  (key: string) =>
  ({ messages, tools }: WireRequest): WireReply => {
    const asks = (text: string): boolean => messages.some((message) => message.text.includes(text))
    const say = (...text: string[]): WireReply => ({ kind: 'answer', answer: { text } })
    const error = (status: number) => ({ status, message: `what is ${key} for? ${'y'.repeat(440)} ${key} and ${PIN}` })
    const pieces = [`It is ${key.slice(0, 5)}`, key.slice(5, 12), `${key.slice(12)}, `, ...key, '. And ', ...PIN, '.']
    if (asks('in pieces')) return say(...pieces)
    if (asks('as a whole'))
      return say(`${key}, ${encodeURIComponent(key)}, ${Buffer.from(`x:${key}`).toString('base64')}`)
    if (asks('as JSON')) return say(`{"key":"${key}","pin":${PIN},"again":"${PIN}"}`)
    if (asks('does not fit')) return say(`{"pin": "${'z'.repeat(50)}${key}"`)
    if (asks('break off')) return { kind: 'broken', answer: { text: pieces }, events: 3, by: error(500) }
    for (const status of [400, 401, 500])
      if (asks(`answer with ${status}`)) return { kind: 'status', error: error(status) }
    if (messages.some(({ role }) => role === 'tool')) return say('It was ', ...key)
    const [, url = ''] = /look it up at (\S+)/.exec(messages.map(({ text }) => text).join('\n')) ?? []
    const call = {
      name: tools[0]?.name ?? '',
      arguments: JSON.stringify({ url: `${url}/mirror?key=${key}`, query: { key } }),
    }
    return { kind: 'answer', answer: { text: [`I use ${key}`], toolCalls: [call] } }
  }
