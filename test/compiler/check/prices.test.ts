import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Catalogue } from '../../../src/compiler/catalogue.ts'
import { TEST_CATALOGUE } from '../../support/catalogue.ts'
import { checkText, workflowOf } from './check-text.ts'

const test = suite('prices under a limit')

const PRICES: Record<string, 'free' | 'known'> = { 'acme/known': 'known', 'acme/free': 'free', 'acme/else': 'known' }

const catalogue: Catalogue = {
  ...TEST_CATALOGUE,
  providers: new Map([
    ...TEST_CATALOGUE.providers,
    ['acme', { name: 'acme', available: true, price: (model) => PRICES[`acme/${model}`] ?? 'unknown' }],
    ['asked', { name: 'asked', available: true }],
  ]),
}

const ONE = '  - { id: x, llm: default, prompt: Hi }\n'
const ASK = `${ONE}  - { id: y, llm: default, prompt: Ho }\n`
const MODELS = 'models: { default: [acme/known, acme/secret], other: acme/secret }\n'

const errorsOf = (head: string, options: { models?: Record<string, string>; steps?: string } = {}): string[] => {
  const { steps = ASK, ...rest } = options
  return checkText(workflowOf(steps, head), { catalogue, ...rest }).errors
}

test('a model of a fallback order without a price is an error where the file names it, once', () => {
  assert.equal(errorsOf(`${MODELS}limits: { cost_usd: 1 }\n`), ['2:33 unpriced_model'])
})

test('without a limit on cost, or with allow_unpriced, prices do not matter', () => {
  assert.equal(errorsOf(MODELS), [])
  assert.equal(errorsOf(`${MODELS}limits: { tokens: 1000 }\n`), [])
  assert.equal(errorsOf(`${MODELS}limits: { cost_usd: 1, allow_unpriced: true }\n`), [])
  assert.equal(errorsOf(`${MODELS}limits: { cost_usd: 1, allow_unpriced: false }\n`), ['2:33 unpriced_model'])
})

test('the model that a run gives is the one that counts, at the step that asks for it', () => {
  const head = `${MODELS}limits: { cost_usd: 1 }\n`
  assert.equal(errorsOf(head, { models: { default: 'acme/free' } }), [])
  assert.equal(errorsOf(head, { models: { default: 'acme/new' }, steps: ONE }), ['5:19 unpriced_model'])
})

test('a catalogue that knows no prices refuses none', () => {
  const steps = '  - { id: x, llm: asked/anything, prompt: Hi }\n'
  assert.equal(errorsOf('limits: { cost_usd: 1 }\n', { steps }), [])
})

test('a child counts against the limit of its parent, with all its models', () => {
  const child = {
    input: undefined,
    output: { kind: 'any' as const },
    models: ['acme/known', 'acme/secret'],
    workflow: {},
  }
  const text = workflowOf('  - { id: x, workflow: child }\n', 'limits: { cost_usd: 1 }\n')
  const { errors, checked } = checkText(text, { catalogue, children: new Map([['child', child]]) })
  assert.equal(errors, ['4:24 unpriced_model'])
  assert.equal(checked.models, ['acme/known', 'acme/secret'])
})

test.run()
