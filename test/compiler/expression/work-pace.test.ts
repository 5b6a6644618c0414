import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countWork, evaluateInPace, PAUSED, WorkPace } from '../../../src/compiler/expression/work-pace.ts'

const DEAR = 30_000

/** Evaluates these costs one after the other as often as it takes. A negative one fails. Tells what each call evaluated anew. */
const work = (costs: readonly number[]) => {
  const pace = new WorkPace()
  const calls: number[][] = []
  const call = (evaluated: number[]): unknown[] =>
    costs.map((cost, number) => {
      const evaluate = (env: string): string => {
        countWork(Math.abs(cost))
        evaluated.push(number)
        if (cost < 0) throw new Error(`${env} ${number}`)
        return `${env} ${number}`
      }
      try {
        return evaluateInPace(evaluate, 'result')
      } catch (thrown) {
        if (thrown === PAUSED) throw thrown
        return `failed: ${thrown instanceof Error && thrown.message}`
      }
    })
  for (;;) {
    const evaluated: number[] = []
    calls.push(evaluated)
    pace.begin()
    try {
      const results = call(evaluated)
      pace.end(false)
      return { results, calls }
    } catch (thrown) {
      if (thrown !== PAUSED) throw thrown
      pace.end(true)
    }
  }
}

const test = suite('the pace of expressions')

test('expressions that cost little are evaluated in one call', () => {
  const { results, calls } = work([10, 10, 10])
  assert.equal(calls, [[0, 1, 2]])
  assert.equal(results, ['result 0', 'result 1', 'result 2'])
})

test('each dear expression is evaluated once, whether it succeeds or fails, and the last one in a call of its own', () => {
  const { results, calls } = work([DEAR, -DEAR, DEAR])
  assert.equal(calls, [[0], [1], [2]])
  assert.equal(results, ['result 0', 'failed: result 1', 'result 2'])
})

test('every call comes to something new, however many cheap expressions stand before it', () => {
  const cheap = Array.from({ length: 300 }, () => 99)
  const { results, calls } = work([...cheap, DEAR, DEAR])
  assert.is(results.length, 302)
  assert.ok(calls.length <= 4, `expected a few calls, got ${calls.length}`)
})

test('a dear text is written once, though its parts stop the call', () => {
  const pace = new WorkPace()
  const written: string[] = []
  const part = (name: string): string => {
    countWork(DEAR)
    written.push(name)
    return name
  }
  const text = (names: readonly string[]): string => names.map((name) => evaluateInPace(part, name)).join('')
  const call = (): string[] => [evaluateInPace(text, ['a', 'b']), evaluateInPace(text, ['c'])]
  const results: string[][] = []
  for (let calls = 0; results.length === 0 && calls < 10; calls++) {
    pace.begin()
    let isPaused = false
    try {
      results.push(call())
    } catch (thrown) {
      isPaused = thrown === PAUSED
      if (!isPaused) throw thrown
    } finally {
      pace.end(isPaused)
    }
  }
  assert.equal(results, [['ab', 'c']])
  assert.equal(written, ['a', 'b', 'c'])
})

test.run()
