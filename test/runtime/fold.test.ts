import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate'
import type { LinkedMachine } from '../../src/compiler/link.ts'
import type { MachineInput } from '../../src/compiler/machine-context.ts'
import { foldOf, type MachineEffect } from '../../src/runtime/fold.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { randomWorkflow } from '../support/random-workflow.ts'

const INPUT: MachineInput = {
  run: { id: 'r-1', started_at: '2030-01-01T00:00:00.000Z' },
  input: { flag: false },
  env: {},
  at: 0,
  outer: null,
  item: null,
  index: 0,
}

type PublicAction = ReturnType<typeof transition>[1][number]

interface ActionParams {
  id?: string
  delay?: number
  event?: { type: string }
  sendId?: string
}

/** The effect that an action of XState's public functions stands for. */
const toEffects = (actions: readonly PublicAction[]): MachineEffect[] =>
  actions.flatMap(({ type, params }): MachineEffect[] => {
    const { id = '', delay, event, sendId = '' } = (params ?? {}) as ActionParams
    if (type === 'xstate.spawnChild') return [{ type: 'spawn', id }]
    if (type === 'xstate.stopChild') return [{ type: 'stop', id }]
    if (type === 'xstate.cancel') return [{ type: 'unschedule', timer: sendId }]
    if (type === 'xstate.raise' && delay !== undefined)
      return [{ type: 'schedule', timer: id, delayMs: delay, event: event?.type ?? '' }]
    return []
  })

interface Happened {
  value: unknown
  context: unknown
  status: string
  effects: MachineEffect[]
}

const observe = ({ value, context, status }: AnyMachineSnapshot, effects: MachineEffect[]): Happened => ({
  value,
  context,
  status,
  effects,
})

/** Mostly an event for something open, else any event: also one that no host would send. */
const chooseEvent = (
  { config, steps }: LinkedMachine,
  { effects, draw, at }: { effects: readonly MachineEffect[]; draw: number; at: number },
): { type: string } => {
  const spawned = effects.flatMap((effect) => (effect.type === 'spawn' ? [effect.id] : []))
  const timers = effects.flatMap((effect) => (effect.type === 'schedule' ? [effect.event] : []))
  if (draw % 29 === 0) return { type: 'CANCEL' }
  if (draw % 7 === 0 && timers.length > 0) return { type: timers[draw % timers.length] ?? '' }
  const ids = draw % 11 === 0 || spawned.length === 0 ? [...steps.keys()] : spawned
  const step = ids[draw % ids.length] ?? config.id
  const outcome =
    draw % 3 === 0
      ? { type: `xstate.error.actor.${step}`, error: { code: 'refused', message: 'no', retryable: false } }
      : { type: `xstate.done.actor.${step}`, output: { text: draw % 2 === 0 ? 'yes' : 'no' } }
  const told = { ...outcome, actorId: step, at, attempts: 1 }
  return told
}

const test = suite('fold')

test("it equals XState's public transitions, in value, context, status and effects", async () => {
  const draws = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 25 })
  await fc.assert(
    fc.property(randomWorkflow({ final: true }), draws, (yaml, numbers) => {
      const { root, bodies } = compileWorkflow(yaml)
      for (const linked of [root, ...bodies.values()]) {
        const fold = foldOf(linked.machine)
        let [snapshot, effects] = fold.start(INPUT as never)
        let [expected, actions] = initialTransition(linked.machine, INPUT as never)
        assert.equal(observe(snapshot, effects), observe(expected, toEffects(actions)))
        const asked = [...effects]
        for (const [index, draw] of numbers.entries()) {
          if (snapshot.status !== 'active') break
          const event = chooseEvent(linked, { effects: asked, draw, at: index })
          ;[snapshot, effects] = fold.step(snapshot, event)
          ;[expected, actions] = transition(linked.machine, expected, event)
          assert.equal(observe(snapshot, effects), observe(expected, toEffects(actions)))
          asked.push(...effects)
        }
      }
    }),
    { numRuns: 80 },
  )
})

test('effects of one step are returned once', () => {
  const { root } = compileWorkflow('steps: [{ id: a, llm: mock/echo, prompt: x }, { id: b, set: { x: 1 } }]')
  const fold = foldOf(root.machine)
  const [snapshot, first] = fold.start(INPUT as never)
  const done = { type: 'xstate.done.actor.a', actorId: 'a', output: {}, at: 1 }
  const [, second] = fold.step(snapshot, done as never)
  assert.equal(first, [{ type: 'spawn', id: 'a' }])
  assert.equal(second, [
    { type: 'stop', id: 'a' },
    { type: 'spawn', id: 'b' },
  ])
  const [, again] = fold.step(snapshot, done as never)
  assert.equal(again, second, 'a snapshot is a value: the same step twice gives the same')
})

test('an error of a machine leaves the fold, which goes on working', () => {
  const { root } = compileWorkflow('steps: [{ id: a, llm: mock/echo, prompt: x }]')
  const fold = foldOf(root.machine)
  const [snapshot] = fold.start(INPUT as never)
  const broken = { ...snapshot, context: null } as unknown as typeof snapshot
  assert.throws(() => fold.step(broken, { type: 'xstate.done.actor.a', actorId: 'a' } as never))
  const [after] = fold.step(snapshot, { type: 'CANCEL' } as never)
  assert.is(after.status, 'done')
})

test.run()
