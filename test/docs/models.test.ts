/** The tables of docs/models.md say of vendors, ends and faults what the code does. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { initialTransition, transition } from 'xstate'
import { readFinish } from '../../src/actors/llm/finish-reason.ts'
import { MOCK_EMBEDDER } from '../../src/actors/llm/mock/mock-embedder.ts'
import { openai } from '../../src/actors/llm/openai/index.ts'
import { readVendorError, toVendorFault } from '../../src/actors/llm/provider-fault.ts'
import { toServerAccess } from '../../src/actors/llm/provider-settings.ts'
import {
  EMBEDDING_KINDS,
  expectServer,
  findServer,
  PROVIDER_KINDS,
  PROVIDER_NAMES,
} from '../../src/actors/llm/providers.ts'
import { createProviderFields } from '../../src/compiler/grammar/config-grammar.ts'
import { type Fields, wordOf } from '../../src/compiler/grammar/record-shape.ts'
import { FAULT_CODES, type FaultData, toFaultData } from '../../src/core/fault.ts'
import { attemptMachine } from '../../src/machines/attempt.ts'
import { readCode, readTable as readPageTable } from './page-table.ts'

const readTable = (heading: string): string[][] => readPageTable('models.md', heading)

const test = suite('docs/models.md')

test('lists every kind of provider with its variables', () => {
  const listed = readTable('Vendors').map(([kind, , variables]) => [readCode(kind)[0], readCode(variables)])
  const known = PROVIDER_KINDS.map((kind) => {
    const { keys, address } = expectServer(kind).variables
    return [kind, [...keys, address]]
  })
  assert.equal(listed, known)
})

test('lists every setting of a provider', () => {
  const listed = readTable('Settings of a provider').flatMap(([setting]) => readCode(setting))
  const known: Fields = createProviderFields(PROVIDER_NAMES)
  const fields = Object.entries(known).map(([name, field]) => wordOf(name, field))
  assert.equal([...listed, 'kind', 'base_url', 'key'].sort(), fields.sort())
})

test('lists every parameter that a kind refuses beside others or for some models', () => {
  const listed = readTable('Parameters that exclude each other').flatMap(([kinds, , refused, , beside]) =>
    readCode(kinds).flatMap((kind) => readCode(refused).map((one) => [kind, one, readCode(beside)[0] ?? ''].join(' '))),
  )
  const known = PROVIDER_KINDS.flatMap((kind) =>
    (expectServer(kind).conflicts ?? []).map(({ parameter, beside = '' }) => [kind, parameter, beside].join(' ')),
  )
  assert.equal([...new Set(listed)].sort(), [...new Set(known)].sort())
})

test('lists every kind that turns texts into vectors, with the most that a request holds', () => {
  const listed = readTable('Vectors of texts').map(([kind, , texts, bytes]) => [readCode(kind)[0], texts, bytes])
  const known = EMBEDDING_KINDS.map((kind) => {
    const { texts, bytes } = findServer(kind)?.embeddings?.limits ?? MOCK_EMBEDDER.limits
    return [kind, texts.toLocaleString('en'), bytes?.toLocaleString('en') ?? '']
  })
  assert.equal(listed, known)
})

test('says of each word of an end what becomes of the answer', () => {
  for (const [word, finish] of [
    ['`stop`,', 'stop'],
    ['`length`,', 'length'],
    ['`content_filter`,', 'refused'],
    ['`error`,', 'failed'],
  ] as const) {
    const [cell] = readTable('How answers are read').find(([first = '']) => first.startsWith(word)) ?? []
    const words = readCode(cell).filter((one) => one !== '[DONE]')
    assert.ok(words.length >= 3, word)
    for (const one of words) assert.is(readFinish(one).finish, finish, one)
  }
})

/** When the next of two models is called after a fault, by the machine of attempts. */
const findMove = (fault: FaultData): 'at once' | 'after its retries' | 'never' => {
  const [begun] = initialTransition(attemptMachine, {
    retry: { max: 2, minMs: 1, maxMs: 1, jitter: false },
    onLost: 'retry',
    seed: 's',
    failed: 0,
    lost: 0,
    choices: 2,
    choice: 0,
    before: 0,
  })
  const [first] = transition(attemptMachine, begun, { type: 'failed', fault })
  if (first.context.choice === 1) return 'at once'
  if (first.value !== 'backing_off') return 'never'
  const [again] = transition(attemptMachine, first, { type: 'elapsed' })
  const [second] = transition(attemptMachine, again, { type: 'failed', fault })
  return second.context.choice === 1 ? 'after its retries' : 'never'
}

const FAULTS = readTable('Which faults move on in a fallback list').map(([fault, cause = '', when = '']) => ({
  fault: readCode(fault)[0] ?? '',
  cause,
  when,
}))

test('says of each fault if and when it moves on in a fallback list', () => {
  for (const code of FAULT_CODES) {
    const { when = 'never' } = FAULTS.find(({ fault }) => fault === code) ?? {}
    const moves = [true, false].map((retryable) => findMove({ code, message: '', retryable }))
    assert.equal(moves, when.startsWith('never') ? ['never', 'never'] : ['after its retries', 'at once'], code)
  }
})

/** The fault of a refusal with this status, or with this code of the vendor and a 400. */
const judge = (cause: number | string): FaultData => {
  const [status, code] = typeof cause === 'number' ? [cause, ''] : [400, cause]
  const error = readVendorError({ error: { message: 'No.', code } }, status)
  const access = toServerAccess(openai, { name: 'own', apiKey: 'a key of some length' })
  return toFaultData(toVendorFault(error, { ...access, model: 'm', url: 'https://api.example/v1', nowMs: 0 }))
}

for (const { fault, cause, when } of FAULTS) {
  const statuses = [...cause.replace('5xx', '500, 502, 503').matchAll(/\b[45]\d\d\b/g)].map(([status]) =>
    Number(status),
  )
  const codes = readCode(cause).filter((word) => word.includes('_'))
  for (const one of [...statuses, ...codes])
    test(`says of ${one} that it is ${fault}, and the next model is called ${when.slice(0, 17)}`, () => {
      const found = judge(one)
      assert.is(found.code, fault)
      assert.ok(when.startsWith(findMove(found)), `${findMove(found)}: ${when}`)
    })
}

test('says after which wait that a server asks for the next model is called at once', () => {
  const { when = '' } = FAULTS.find(({ fault }) => fault === 'rate_limited') ?? {}
  const seconds = Number(/more than (\d+) s/.exec(when)?.[1])
  const ask = (retry_after_ms: number) =>
    findMove({ code: 'rate_limited', message: '', retryable: true, details: { retry_after_ms } })
  assert.equal([ask(seconds * 1000), ask(seconds * 1000 + 1)], ['after its retries', 'at once'])
})

test.run()
