import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Step } from '../../../src/compiler/document.ts'
import { readText } from '../../support/read-text.ts'

/** A step without its places, with expressions as `${text}`. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('toOffset' in value && 'text' in value) return `\${${value.text}}`
  if ('value' in value && 'range' in value && Object.keys(value).length === 2) return plain(value.value)
  const entries = Object.entries(value).filter(([key]) => key !== 'range' && key !== 'kindRange')
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]))
}

const readStep = (fields: string): Record<string, unknown> => {
  const { workflow, found } = readText(`workflow: w\nsteps:\n  - { id: a, ${fields} }\n`)
  assert.equal(found, [])
  const [step] = workflow?.steps ?? []
  assert.ok(step)
  return plain(step as Step) as Record<string, unknown>
}

const INNER = '[{ id: b, set: { x: 1 } }]'

const FORMS: [step: string, property: string, expected: unknown][] = [
  ['wait: { for: 10m }', 'wait', { kind: 'for', durationMs: 600_000 }],
  ['wait: { for: "${input.pause}" }', 'wait', { kind: 'for-expression', expression: '${input.pause}' }],
  ['wait: { for: " ${ input.pause } " }', 'wait', { kind: 'for-expression', expression: '${input.pause}' }],
  [
    'wait: { for: "${input.days}d" }',
    'wait',
    { kind: 'for-text', text: { kind: 'template', parts: ['${input.days}', 'd'] } },
  ],
  ['tool: t, timeout: 1m', 'timeoutMs', 60_000],
  ['tool: t, timeout: "${input.x}"', 'timeoutMs', { kind: 'expression', expression: '${input.x}' }],
  [`foreach: x, concurrency: "\${y}", do: ${INNER}`, 'concurrency', { kind: 'expression', expression: '${y}' }],
  ['wait: { until: input.at }', 'wait', { kind: 'until', expression: '${input.at}' }],
  ['wait: { event: paid, match: event.ok }', 'wait', { kind: 'event', event: 'paid', match: '${event.ok}' }],
  [`parallel: { one: ${INNER} }`, 'join', { kind: 'all' }],
  [`parallel: { one: ${INNER} }, join: any`, 'join', { kind: 'any' }],
  [`parallel: { one: ${INNER} }, join: { at_least: 2 }`, 'join', { kind: 'at_least', count: 2 }],
  [`foreach: x, do: ${INNER}`, 'as', 'item'],
  [`foreach: x, do: ${INNER}`, 'concurrency', 10],
  [`foreach: x, do: ${INNER}`, 'onItemError', 'stop'],
  [`foreach: x, on_item_error: skip, max_failures: 10, do: ${INNER}`, 'maxFailures', { kind: 'count', count: 10 }],
  [
    `foreach: x, on_item_error: skip, max_failures: 0.5%, do: ${INNER}`,
    'maxFailures',
    { kind: 'share', hundredths: 50 },
  ],
  [`foreach: x, yields: null, do: ${INNER}`, 'yields', '${null}'],
  [`foreach: "\${x}", do: ${INNER}`, 'items', '${x}'],
  [`loop: { while: x, max: 3, on_max: continue }, do: ${INNER}`, 'onMax', 'continue'],
  [`loop: { while: x, max: 3 }, on_max: continue, do: ${INNER}`, 'onMax', 'continue'],
  [`loop: { while: x, max: 3 }, do: ${INNER}`, 'test', { kind: 'while', expression: '${x}' }],
  ['tool: t, on_error: fail', 'onError', { kind: 'all', action: 'fail' }],
  [
    'tool: t, on_error: { timeout: continue, not_found: b }',
    'onError',
    {
      kind: 'map',
      cases: [
        { code: 'timeout', action: 'continue' },
        { code: 'not_found', action: 'b' },
      ],
    },
  ],
  [
    `tool: t, on_error: { timeout: fail, "*": b }`,
    'onError',
    {
      kind: 'map',
      cases: [
        { code: 'timeout', action: 'fail' },
        { code: '*', action: 'b' },
      ],
    },
  ],
  [
    `tool: t, on_error: [{ when: error.code == 'x', next: b }, { code: timeout, next: continue }, { else: fail }]`,
    'onError',
    {
      kind: 'list',
      cases: [
        { when: "${error.code == 'x'}", action: 'b' },
        { code: 'timeout', action: 'continue' },
        { action: 'fail' },
      ],
    },
  ],
  ['tool: t, runs_on: local', 'runsOn', 'local'],
  ['tool: t, runs_on: my-agent', 'runsOn', { agent: 'my-agent' }],
  ['tool: t, runs_on: { agent: my-agent }', 'runsOn', { agent: 'my-agent' }],
  ['tool: t, runs_on: { needs: [gpu, logs] }', 'runsOn', { needs: ['gpu', 'logs'] }],
  ['tool: t, with: "${input}"', 'with', { kind: 'expression', expression: '${input}' }],
  ['tool: t, key: input.id', 'key', { kind: 'expression', expression: '${input.id}' }],
  ['tool: t, max_visits: 3, next: end', 'next', 'end'],
  ['tool: t, retry: { max: 2, jitter: false }', 'retry', { max: 2, jitter: false }],
  ['llm: m, prompt: "$${x} is no expression"', 'prompt', { kind: 'literal', value: '${x} is no expression' }],
  ['llm: m, prompt: "a ${ x } b"', 'prompt', { kind: 'template', parts: ['a ', '${x}', ' b'] }],
  ['llm: m, prompt: x, cache: 1h', 'cacheMs', 3_600_000],
  ['code: python, source: "return {x: `${y}`}"', 'source', 'return {x: `${y}`}'],
]

const test = suite('step grammar')

for (const [step, property, expected] of FORMS) {
  test(`${step} has ${property} ${JSON.stringify(expected)}`, () => assert.equal(readStep(step)[property], expected))
}

test('the forms of a switch', () => {
  const { cases } = readStep(`switch: [{ when: x, next: b }, { when: y, do: ${INNER} }, { else: { next: end } }]`)
  assert.equal(
    (cases as { when?: string; then: { kind: string } }[]).map(({ when, then }) => [when, then.kind]),
    [
      ['${x}', 'next'],
      ['${y}', 'do'],
      [undefined, 'next'],
    ],
  )
  const withContinue = readText('workflow: w\nsteps: [{ id: a, switch: [{ when: x, next: b }, { else: continue }] }]\n')
  const [step] = withContinue.workflow?.steps ?? []
  assert.equal(step?.kind === 'switch' && step.cases.map(({ then }) => then.kind), ['next', 'continue'])
})

test('the typed step holds no key of the grammar besides its own', () => {
  assert.equal(Object.keys(readStep(`loop: { until: x, max: 3 }, timeout: 5s, do: ${INNER}`)).sort(), [
    'id',
    'kind',
    'max',
    'onMax',
    'steps',
    'test',
    'timeoutMs',
  ])
})

test('lines may end as on Windows', () => {
  const text = readFileSync(new URL('../../fixtures/complete-example.yaml', import.meta.url), 'utf8')
  assert.equal(readText(text.replaceAll('\n', '\r\n')).found, [])
  const { found } = readText('workflow: w\r\nsteps:\r\n  - id: a\r\n    tool: x\r\n    when: !y\r\n    next: end\r\n')
  assert.equal(
    found.map(({ line, column, hint }) => [line, column, hint]),
    [[5, 11, 'when: "!y"']],
  )
})

test.run()
