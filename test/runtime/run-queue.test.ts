import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Host } from '../../src/runtime/host.ts'
import { RunQueue } from '../../src/runtime/run-queue.ts'
import type { Store } from '../../src/store/store.ts'
import { createManualClock } from '../support/manual-clock.ts'

const test = suite('the queue of a server')

/** A host that takes up every run, and a store whose runs are all due. */
const openQueue = ({ mostRuns }: { mostRuns: number }) => {
  const clock = createManualClock(0)
  const due: string[] = []
  const held = new Map<string, () => void>()
  const looks: number[] = []
  let tell = (): void => {}
  const store: Pick<Store, 'listDueRuns' | 'nextDueAt' | 'onNews'> = {
    listDueRuns: async (_at, limit) => {
      looks.push(clock.now())
      return due.slice(0, limit)
    },
    nextDueAt: async () => null,
    onNews: (_news, listener) => {
      tell = listener
      return () => {}
    },
  }
  const host = {
    get size() {
      return held.size
    },
    wake: async (id: string) => {
      due.splice(due.indexOf(id), 1)
      const exited = new Promise<void>((resolve) => held.set(id, resolve))
      return { kind: 'resumed', run: { id, claim: { epoch: 1 }, exited } }
    },
  }
  const queue = new RunQueue({
    store: store as Store,
    clock,
    host: host as unknown as Host,
    mostRuns,
    onProblem: ({ cause }) => {
      throw cause
    },
  })
  const end = (count: number): void => {
    for (const [id, exit] of [...held].slice(0, count)) {
      held.delete(id)
      exit()
    }
  }
  const submit = (count: number): void => {
    for (let place = 0; place < count; place++) due.push(`r${due.length + held.size}-${clock.now()}-${place}`)
    tell()
  }
  return { queue, clock, held, looks, submit, end }
}

test('an idle server looks at once when the store has news', async () => {
  const { queue, clock, held, looks, submit } = openQueue({ mostRuns: 1_000 })
  queue.start()
  await clock.advance(50)
  submit(1)
  await clock.advance(0)
  assert.equal([held.size, looks], [1, [0, 50]])
  await queue.stop()
})

test('news that come while many runs are in flight are collected: fewer looks than news, none forgotten', async () => {
  const { queue, clock, held, looks, submit } = openQueue({ mostRuns: 1_000 })
  queue.start()
  submit(200)
  await clock.advance(30)
  const before = looks.length
  for (let ms = 0; ms < 40; ms++) {
    submit(1)
    await clock.advance(1)
  }
  assert.ok(looks.length - before <= 3, `${looks.length - before} looks for 40 news`)
  await clock.advance(20)
  assert.is(held.size, 240)
  await queue.stop()
})

test('a full host is filled again as soon as a tenth of its runs has left', async () => {
  const { queue, clock, held, looks, submit, end } = openQueue({ mostRuns: 100 })
  queue.start()
  submit(300)
  await clock.advance(20)
  assert.is(held.size, 100)
  const before = looks.length
  end(9)
  await clock.advance(20)
  assert.equal([held.size, looks.length], [91, before])
  end(1)
  await clock.advance(20)
  assert.is(held.size, 100)
  await queue.stop()
})

test('a full host takes up single runs in its usual pace', async () => {
  const { queue, clock, held, submit, end } = openQueue({ mostRuns: 100 })
  queue.start()
  submit(300)
  await clock.advance(20)
  end(1)
  await clock.advance(200)
  assert.is(held.size, 100)
  await queue.stop()
})

test.run()
