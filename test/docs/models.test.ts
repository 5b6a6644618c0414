/** The tables of docs/models.md say of vendors, ends and faults what the code does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { initialTransition, transition } from 'xstate'
import { readFinish } from '../../src/actors/llm/finish-reason.ts'
import { MOCK_EMBEDDER } from '../../src/actors/llm/mock/mock-embedder.ts'
import {
  EMBEDDING_KINDS,
  expectServer,
  findServer,
  PROVIDER_KINDS,
  PROVIDER_NAMES,
} from '../../src/actors/llm/providers.ts'
import { createProviderFields } from '../../src/compiler/grammar/config-grammar.ts'
import { type Fields, wordOf } from '../../src/compiler/grammar/record-shape.ts'
import { FAULT_CODES } from '../../src/core/fault.ts'
import { attemptMachine } from '../../src/machines/attempt.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

const page = readFileSync(join(REPOSITORY_FOLDER, 'docs/models.md'), 'utf8')

/** The cells of the table below a heading, without its head. */
const readTable = (heading: string): string[][] => {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [body = ''] = section.split('\n## ')
  const rows = body.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const readCode = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)

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

/** True: a fault that is not tried again leads to the next of two models. */
const movesOn = (code: string): boolean => {
  const [begun] = initialTransition(attemptMachine, {
    retry: { max: 1, minMs: 1, maxMs: 1, jitter: false },
    onLost: 'retry',
    seed: 's',
    failed: 0,
    lost: 0,
    choices: 2,
    choice: 0,
    before: 0,
  })
  const [next] = transition(attemptMachine, begun, { type: 'failed', fault: { code, message: '', retryable: false } })
  return next.value === 'backing_off'
}

test('says of each fault if it moves on in a fallback list', () => {
  const listed = new Map(
    readTable('Which faults move on in a fallback list').map(([fault, , when = '']) => [
      readCode(fault)[0] ?? '',
      when,
    ]),
  )
  for (const code of FAULT_CODES) assert.is(movesOn(code), !(listed.get(code) ?? 'never').startsWith('never'), code)
})

test.run()
