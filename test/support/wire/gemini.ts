/** Gemini's generateContent as a wire format: https://ai.google.dev/api/generate-content */

import { gemini } from '../../../src/actors/llm/gemini/index.ts'
import type { JsonObject, JsonValue } from '../../../src/core/json.ts'
import type { ReceivedRequest } from '../http-server.ts'
import { GEMINI_QUIRKS } from './gemini-quirks.ts'
import {
  DEFAULT_USAGE,
  joinText,
  parseVerbatim,
  type WireAnswer,
  type WireError,
  type WireMessage,
  type WireVendor,
} from './wire.ts'

const MODEL = 'gemini-3.1-flash'

export const geminiWire: WireVendor = {
  name: 'gemini',
  model: MODEL,
  basePath: '',
  framing: 'sse',
  createProvider: gemini.create,
  wantsStream: ({ url }) => url.includes(':streamGenerateContent') && url.includes('alt=sse'),
  encodeAnswer: (answer) =>
    encodeChunk(answer, {
      parts: [
        ...(answer.thoughts === undefined ? [] : [{ text: answer.thoughts, thought: true }]),
        ...toTextParts([joinText(answer)]),
        ...toCallParts(answer),
      ],
      isLast: true,
    }),
  encodeStream: (answer) => [
    ...toTextParts(answer.text ?? []).map((part) => encodeEvent(encodeChunk(answer, { parts: [part], isLast: false }))),
    ...toCallParts(answer).map((part) => encodeEvent(encodeChunk(answer, { parts: [part], isLast: false }))),
    encodeEvent(encodeChunk(answer, { parts: [{ text: '' }], isLast: true })),
  ],
  endMarkers: 0,
  encodeError,
  encodeStreamError: (error) => encodeEvent(encodeError(error)),
  readRequest: (request) => readRequest(request),
  callIds: () => undefined,
  skips: { 'malformed tool arguments': 'the vendor sends objects, never text' },
  quirks: GEMINI_QUIRKS,
}

export const encodeEvent = (chunk: JsonObject): string => `data: ${JSON.stringify(chunk)}\n\n`

const toTextParts = (pieces: readonly string[]): JsonObject[] =>
  pieces.filter((text) => text !== '').map((text) => ({ text }))

/** Only the first of several calls is signed. */
const toCallParts = ({ toolCalls = [] }: WireAnswer): JsonObject[] =>
  toolCalls.map(({ name, arguments: given }, index) => ({
    functionCall: { name, args: parseVerbatim(given) },
    ...(index === 0 && { thoughtSignature: 'CpwBAVSoXO5x' }),
  }))

const FINISH_REASONS = { stop: 'STOP', length: 'MAX_TOKENS', refused: 'SAFETY' } as const

const encodeChunk = (answer: WireAnswer, { parts, isLast }: { parts: JsonObject[]; isLast: boolean }): JsonObject => {
  const usage = answer.usage === undefined ? DEFAULT_USAGE : answer.usage
  return {
    candidates: [
      {
        content: { parts, role: 'model' },
        ...(isLast && { finishReason: FINISH_REASONS[answer.finish ?? 'stop'] }),
        index: 0,
      },
    ],
    ...(usage !== null && {
      usageMetadata: {
        promptTokenCount: usage.input,
        ...(usage.cached > 0 && { cachedContentTokenCount: usage.cached }),
        // Part of the output is thoughts, which are counted apart.
        ...(isLast && { candidatesTokenCount: usage.output - 2, thoughtsTokenCount: 2 }),
        totalTokenCount: usage.input + (isLast ? usage.output : 0),
      },
    }),
    modelVersion: MODEL,
    responseId: 'mAitaLmkHPPlz7IPvtfUqQ4',
  }
}

/** https://ai.google.dev/gemini-api/docs/troubleshooting */
const ERROR_STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

function encodeError({ status, message }: WireError): JsonObject {
  const name = ERROR_STATUSES[status] ?? (status >= 500 ? 'UNAVAILABLE' : 'INVALID_ARGUMENT')
  return { error: { code: status, message, status: name } }
}

const readRequest = ({ url, body, headers }: ReceivedRequest) => {
  const sent = JSON.parse(body)
  const key = headers['x-goog-api-key']
  const systems: Part[] = sent.systemInstruction?.parts ?? []
  return {
    model: /\/models\/([^:]+):/.exec(url)?.[1] ?? '',
    apiKey: typeof key === 'string' && key !== '' ? key : undefined,
    messages: [
      ...systems.map(({ text = '' }): WireMessage => ({ role: 'system', text })),
      ...(sent.contents as Content[]).flatMap(readContent),
    ],
    params: readParams(sent.generationConfig ?? {}),
    schema: sent.generationConfig?.responseJsonSchema,
    tools: (sent.tools?.[0]?.functionDeclarations ?? []).map((tool: Record<string, never>) => ({
      name: tool.name,
      description: tool.description,
      input: tool.parametersJsonSchema,
    })),
  }
}

const readParams = (config: JsonObject): JsonObject => {
  const params = {
    temperature: config.temperature,
    top_p: config.topP,
    max_tokens: config.maxOutputTokens,
    stop: config.stopSequences,
    seed: config.seed,
    reasoning: config.thinkingConfig,
  }
  return Object.fromEntries(
    Object.entries(params).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}

interface Part {
  text?: string
  inlineData?: { data: string }
  fileData?: { fileUri: string }
  functionCall?: { name: string; args: JsonValue }
  functionResponse?: { name: string; response: JsonValue }
}

interface Content {
  role: 'user' | 'model'
  parts: Part[]
}

const readContent = ({ role, parts }: Content): WireMessage[] => {
  const results = parts.flatMap(({ functionResponse }): WireMessage[] =>
    functionResponse === undefined
      ? []
      : [{ role: 'tool', text: JSON.stringify(functionResponse.response), answers: functionResponse.name }],
  )
  if (results.length > 0) return results
  const images = parts.flatMap(({ inlineData, fileData }) => inlineData?.data ?? fileData?.fileUri ?? [])
  const calls = parts.flatMap(({ functionCall }) => functionCall ?? [])
  return [
    {
      role: role === 'model' ? 'assistant' : 'user',
      text: parts.map(({ text = '' }) => text).join(''),
      ...(images.length > 0 && { images }),
      ...(calls.length > 0 && { toolCalls: calls.map(({ name, args }) => ({ name, arguments: args })) }),
    },
  ]
}
