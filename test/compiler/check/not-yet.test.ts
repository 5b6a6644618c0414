import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkText, workflowOf } from './check-text.ts'

const test = suite('features of later releases')

const ASK = '  - { id: x, llm: default, prompt: Hi }\n'
const HEAD = 'models: { default: ollama/llama3.2 }\nruns_on: { needs: [gpu] }\n'

test('they are warnings, and handed on as what a run would refuse', () => {
  const { checked, diagnostics, errors } = checkText(workflowOf(ASK, HEAD))
  assert.equal(errors, [])
  assert.equal(checked.notYet, diagnostics)
  assert.equal(
    checked.notYet.map(({ line, column }) => `${line}:${column}`),
    ['2:20', '3:10'],
  )
})

test('an alias that is given another model stands in the way of nothing', () => {
  const { checked, errors, warnings } = checkText(workflowOf(ASK, HEAD), { models: { default: 'mock/echo' } })
  assert.equal([...errors, ...warnings], ['3:10 not_available_yet'])
  assert.is(checked.notYet.length, 1)
})

test('an alias that only the run gives is an alias', () => {
  assert.equal(checkText(workflowOf(ASK), { models: { default: 'mock/echo' } }).errors, [])
})

test('a tool without code is a warning, and its input is checked all the same', () => {
  const { errors, warnings } = checkText(workflowOf('  - { id: x, tool: memory.get, with: { namespace: a } }\n'))
  assert.equal(errors, ['3:38 missing_field'])
  assert.equal(warnings, ['3:20 not_available_yet'])
})

test('what this release runs has no warning', () => {
  const steps = `  - { id: a, llm: mock/script, prompt: Hi, params: { script: [Yes], temperature: 0 }, stream: true }
  - { id: b, wait: { until: run.started_at } }
  - { id: c, parallel: { one: [{ id: d, wait: { for: 1s } }] }, join: any, runs_on: local }
  - { id: e, tool: http.post, with: { url: a }, key: "'once'", retry: { max: 2 }, on_lost: retry, timeout: 1s }
`
  const { errors, warnings } = checkText(workflowOf(steps, 'limits: { steps: 10, time: 1h, tokens: 100 }\n'))
  assert.equal([...errors, ...warnings], [])
})

test.run()
