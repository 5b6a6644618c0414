import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { StateConfig } from '../../../src/compiler/lower/state-config.ts'
import { lowerWorkflow } from '../../../src/compiler/lower.ts'
import { placeSteps } from '../../../src/compiler/place-steps.ts'
import { compileWorkflow } from '../../support/compile-workflow.ts'
import { randomWorkflow } from '../../support/random-workflow.ts'

const listStates = (states: Record<string, StateConfig> = {}): [name: string, state: StateConfig][] =>
  Object.entries(states).flatMap(([name, state]) => [[name, state], ...listStates(state.states)])

const listTargets = (state: StateConfig): string[] =>
  [
    ...(state.always ?? []),
    ...(state.invoke?.onDone ?? []),
    ...(state.invoke?.onError ?? []),
    ...Object.values({ ...state.after, ...state.on }).flat(),
  ].flatMap(({ target }) => target ?? [])

const test = suite('lowered machines')

test('of any workflow the config is plain JSON, its states are named once, and every target exists', async () => {
  await fc.assert(
    fc.property(randomWorkflow({ final: true }), (yaml) => {
      const { root, bodies } = compileWorkflow(yaml)
      for (const { config } of [root, ...bodies.values()]) {
        assert.equal(JSON.parse(JSON.stringify(config)), config)
        const states = listStates(config.states)
        const names = states.map(([name]) => name)
        assert.is(new Set(names).size, names.length)
        for (const [name, state] of states) {
          assert.not.match(name, /\./)
          assert.is(state.id, name)
          for (const target of listTargets(state)) assert.ok(names.includes(target.replace(/^#/, '')), target)
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('every step has one state of its own, in its own machine', async () => {
  await fc.assert(
    fc.property(randomWorkflow({ final: true }), (yaml) => {
      const { root, bodies, workflow } = compileWorkflow(yaml)
      const places = placeSteps(workflow)
      for (const [id, { scopes }] of places) {
        const machine = scopes.length === 0 ? root : bodies.get(scopes.at(-1) ?? '')
        assert.is(listStates(machine?.config.states).filter(([name]) => name === id).length, 1)
      }
    }),
    { numRuns: 40 },
  )
})

test('lowering the same workflow twice gives equal machines', () => {
  const { workflow } = compileWorkflow(`
steps:
  - { id: a, llm: mock/echo, prompt: x, on_error: continue }
  - { id: f, foreach: "[1]", retry: { max: 2 }, timeout: 1m, do: [{ id: b, wait: { for: 1s } }] }
`)
  assert.equal(lowerWorkflow(workflow, placeSteps(workflow)), lowerWorkflow(workflow, placeSteps(workflow)))
})

test('a step that needs no outside but its actor is one state with one invoke', () => {
  const { root } = compileWorkflow('steps: [{ id: a, llm: mock/echo, prompt: x }]')
  const { a } = root.config.states ?? {}
  assert.equal(Object.keys(a ?? {}).sort(), ['always', 'entry', 'id', 'invoke', 'meta'])
  assert.equal([a?.invoke?.id, a?.invoke?.src], ['a', 'llm'])
})

test.run()
