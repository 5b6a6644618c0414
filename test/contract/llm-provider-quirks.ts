/** Answers beside the documented form, whole and streamed: each vendor's wire has a table of them. */
import * as assert from 'uvu/assert'
import { tryParseJson } from '../../src/core/json.ts'
import { askProvider, catchProviderFault } from '../support/wire/ask-provider.ts'
import { isFaultExpected, type WireQuirk } from '../support/wire/quirks.ts'
import type { WireVendor } from '../support/wire/wire.ts'
import type { AddProviderTest, ProviderUnderTest } from './llm-provider.ts'

export const addProviderQuirkTests = (test: AddProviderTest, vendor: WireVendor): void => {
  for (const quirk of vendor.quirks) {
    const { title, whole, events } = quirk
    if (whole !== undefined)
      test(`whole: ${title}`, async (subject) => {
        subject.server.answerWith({ kind: 'raw', body: JSON.stringify(whole), contentType: 'application/json' })
        await check(subject, quirk, false)
      })
    if (events !== undefined)
      test(`streamed: ${title}`, async (subject) => {
        const body = events.map((event) => encode(event, vendor)).join('')
        subject.server.answerWith({ kind: 'raw', body, contentType: TYPES[vendor.framing] })
        await check(subject, quirk, true)
      })
  }
}

const TYPES = { sse: 'text/event-stream', ndjson: 'application/x-ndjson' }

const encode = (event: unknown, { framing }: WireVendor): string => {
  const text = typeof event === 'string' ? event : JSON.stringify(event)
  return framing === 'sse' ? `data: ${text}\n\n` : `${text}\n`
}

const check = async (subject: ProviderUnderTest, { answer: expected }: WireQuirk, stream: boolean): Promise<void> => {
  if (isFaultExpected(expected)) {
    const fault = await catchProviderFault(subject, {}, { stream })
    assert.equal([fault.code, fault.retryable], [expected.fault, expected.retryable], fault.message)
    if (expected.says !== undefined) assert.match(fault.message, expected.says)
    return
  }
  const { answer, pieces } = await askProvider(subject, {}, { stream })
  const { calls, ...fields } = expected
  for (const [name, value] of Object.entries(fields))
    assert.equal(answer[name as keyof typeof answer], value, `${name} of ${JSON.stringify(answer)}`)
  if (stream && expected.text !== undefined && expected.finish !== 'refused') assert.is(pieces.join(''), expected.text)
  if (calls === undefined) return
  const made = answer.toolCalls.map(({ name, arguments: text }) => [name, tryParseJson(text) ?? text])
  assert.equal(made, calls, JSON.stringify(answer.toolCalls))
  const ids = answer.toolCalls.map(({ id }) => id)
  assert.ok(ids.every((id) => id !== '') && new Set(ids).size === ids.length, `ids ${ids.join(', ')}`)
}
