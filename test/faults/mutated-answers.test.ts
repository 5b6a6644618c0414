/**
 * Answers of model servers under random damage: cut, with other bytes, other values, pieces doubled or left out. Each call ends with an
 * answer or a fault, in time, and no answer that was cut is taken for a whole one.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LlmAnswer } from '../../src/actors/llm/provider.ts'
import { isFault } from '../../src/core/fault.ts'
import { isJsonObject, type JsonValue, tryParseJson } from '../../src/core/json.ts'
import { anthropicWire } from '../support/wire/anthropic.ts'
import { askProvider } from '../support/wire/ask-provider.ts'
import { geminiWire } from '../support/wire/gemini.ts'
import { ollamaWire } from '../support/wire/ollama.ts'
import { openaiWire } from '../support/wire/openai.ts'
import type { WireAnswer, WireVendor } from '../support/wire/wire.ts'
import { startWireServer, type WireServer } from '../support/wire/wire-server.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'

const MUTATIONS = inForm(240, 6_000)

/** Far beyond the time of an answer that stands in memory. */
const LONGEST_MS = 10_000

const VENDORS = [openaiWire, anthropicWire, geminiWire, ollamaWire]

const ANSWERS: WireAnswer[] = [
  { text: ['Zürich', ' — 東京 ', '🗼 “fin”'], usage: { input: 9, cached: 4, output: 5 } },
  {
    text: ['Let me look.'],
    toolCalls: [
      { name: 'look', arguments: '{"city":"Zürich 🗼","n":[1,2,{"a":null}]}' },
      { name: 'look', arguments: '{"city":"東京"}' },
    ],
  },
  { text: ['{"city":"Zür', 'ich","n":-3.5}'] },
]

interface Fixture {
  vendor: WireVendor
  stream: boolean
  /** A text of one event each, or the one body. */
  pieces: string[]
}

const draw = createDraws('mutated answers')
const pick = <T>(list: readonly T[]): T => {
  const one = list[Math.floor(draw() * list.length)]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

/** The documented form of an answer, or one of the forms beside it. */
const drawFixture = (): Fixture => {
  const vendor = pick(VENDORS)
  const stream = draw() < 0.6
  const quirk = draw() < 0.3 ? pick(vendor.quirks) : undefined
  const toPiece = (event: JsonValue): string => {
    const text = typeof event === 'string' ? event : JSON.stringify(event)
    return vendor.framing === 'sse' ? `data: ${text}\n\n` : `${text}\n`
  }
  if (quirk !== undefined && stream && quirk.events !== undefined)
    return { vendor, stream, pieces: quirk.events.map(toPiece) }
  if (quirk !== undefined && !stream && quirk.whole !== undefined)
    return { vendor, stream, pieces: [JSON.stringify(quirk.whole)] }
  const request = { method: 'POST', url: '/', headers: {}, body: '{"stream_options":{}}' }
  const answer = pick(ANSWERS)
  const pieces = stream ? vendor.encodeStream(answer, request) : [JSON.stringify(vendor.encodeAnswer(answer, request))]
  return { vendor, stream, pieces }
}

const VALUES: JsonValue[] = [
  null,
  0,
  -1,
  1e308,
  2.5,
  '',
  'x',
  '{}',
  true,
  [],
  {},
  [null],
  [[]],
  { a: { b: [] } },
  'stop',
]

/** Replaces one value somewhere within, or leaves it out. */
const replaceValue = (value: JsonValue): JsonValue => {
  if (draw() < 0.2) return pick(VALUES)
  if (Array.isArray(value) && value.length > 0) {
    const at = Math.floor(draw() * value.length)
    return value.map((item, index) => (index === at ? replaceValue(item) : item))
  }
  if (!isJsonObject(value) || Object.keys(value).length === 0) return pick(VALUES)
  const key = pick(Object.keys(value))
  return { ...value, [key]: replaceValue(value[key] ?? null) }
}

/** Replaces a value in a piece, where it holds JSON. */
const replaceIn = (piece: string): string => {
  const [, before = '', json = '', after = ''] = /^([^[{]*)([\s\S]*?)(\s*)$/.exec(piece) ?? []
  const parsed = tryParseJson(json)
  return parsed === undefined ? piece : before + JSON.stringify(replaceValue(parsed)) + after
}

type Kind = 'cut' | 'bytes' | 'value' | 'doubled' | 'dropped'

const KINDS: Kind[] = ['cut', 'cut', 'bytes', 'value', 'value', 'doubled', 'dropped']

const mutate = (kind: Kind, pieces: readonly string[]): Buffer => {
  const at = Math.floor(draw() * pieces.length)
  const bytes = Buffer.from(pieces.join(''))
  switch (kind) {
    case 'cut':
      return bytes.subarray(0, Math.floor(draw() * bytes.length))
    case 'bytes': {
      for (let count = 0; count < 3; count++) bytes[Math.floor(draw() * bytes.length)] = Math.floor(draw() * 256)
      return bytes
    }
    case 'value':
      return Buffer.from(pieces.map((piece, index) => (index === at ? replaceIn(piece) : piece)).join(''))
    case 'doubled':
      return Buffer.from(pieces.flatMap((piece, index) => (index === at ? [piece, piece] : [piece])).join(''))
    case 'dropped':
      return Buffer.from(pieces.filter((_, index) => index !== at).join(''))
  }
}

const test = suite('mutated answers')
const servers = new Map<WireVendor, WireServer>()
test.before(async () => {
  for (const vendor of VENDORS) servers.set(vendor, await startWireServer(vendor))
})
test.after(async () => {
  for (const server of servers.values()) await server.stop()
})

type Result = LlmAnswer | string | Error

/** The answer, the code of the fault, or anything else that was thrown. */
const ask = async ({ vendor, stream }: Fixture, body: Buffer): Promise<Result> => {
  const server = servers.get(vendor)
  if (server === undefined) throw new Error('no server')
  const types = { sse: 'text/event-stream', ndjson: 'application/x-ndjson' }
  server.answerWith({ kind: 'raw', body, contentType: stream ? types[vendor.framing] : 'application/json' })
  try {
    const signal = AbortSignal.timeout(LONGEST_MS)
    return (await askProvider({ vendor, server }, {}, { stream, signal })).answer
  } catch (error) {
    return isFault(error) ? error.code : error instanceof Error ? error : new Error(String(error))
  }
}

const isWhole = (result: Result): result is LlmAnswer =>
  typeof result === 'object' && !(result instanceof Error) && result.finish === 'stop'

test('R18 no mutation of an answer makes a call hang, crash, or take a cut answer for a whole one', async () => {
  const counts: Record<string, number> = { mutations: 0, answers: 0, faults: 0 }
  for (let count = 0; count < MUTATIONS; count++) {
    const fixture = drawFixture()
    const kind = pick(KINDS)
    const body = mutate(kind, fixture.pieces)
    const result = await ask(fixture, body)
    const told = `${fixture.vendor.name}, ${fixture.stream ? 'streamed' : 'whole'}, ${kind}: ${body.toString()}`
    assert.ok(!(result instanceof Error), `${told}\n${result instanceof Error ? result.stack : ''}`)
    assert.is.not(result, 'defect', told)
    counts.mutations = (counts.mutations ?? 0) + 1
    counts[typeof result === 'string' ? 'faults' : 'answers'] =
      (counts[typeof result === 'string' ? 'faults' : 'answers'] ?? 0) + 1
    if (kind !== 'cut' || !isWhole(result)) continue
    const undamaged = await ask(fixture, Buffer.from(fixture.pieces.join('')))
    assert.ok(isWhole(undamaged), told)
    assert.equal([result.text, result.toolCalls], [undamaged.text, undamaged.toolCalls], told)
  }
  reportFigure({ id: 'R18', counts, isKept: true })
})

test.run()
