/** The runs that `troupe runs` selects, and what it says of the others. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeShown } from '../../../src/cli/figures.ts'
import { readConditions } from '../../../src/cli/input-condition.ts'
import { readLimit, readPeriod } from '../../../src/cli/option-values.ts'
import { holdsFor } from '../../../src/service/history/holds-for.ts'
import { type RunQuery, selectRuns } from '../../../src/service/history/select-runs.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { createEnd, createNewRun, startRun, T0, toCreated } from '../../support/store-values.ts'

const test = suite('runs command')

/** Three runs, a minute apart, of customers 1, 2 and 2; the first has failed. */
const fillStore = async (): Promise<Store> => {
  const store = createMemoryStore()
  for (const [minute, id] of [1, 2, 2].entries()) {
    const created = { ...createNewRun().created, at: T0 + minute * 60_000, data: toCreated({ customer: { id } }) }
    const claim = await startRun(store, { run: { id: `r-${minute}`, created } })
    if (minute === 0) await store.write(claim, { end: createEnd({ status: 'failed' }) })
  }
  return store
}

const select = async (query: Partial<RunQuery>): Promise<string> => {
  const { runs, total } = await selectRuns(await fillStore(), { status: undefined, filter: {}, inputs: [], ...query })
  return `${runs.map(({ id }) => id).join(' ')} of ${total}`
}

const CASES: [title: string, Partial<RunQuery>, string][] = [
  ['all of them', {}, 'r-2 r-1 r-0 of 3'],
  ['the newest, and how many there are', { filter: { limit: 1 } }, 'r-2 of 3'],
  ['by time, and how many there are', { filter: { since: T0 + 60_000, limit: 1 } }, 'r-2 of 2'],
  ['by status', { status: 'failed' }, 'r-0 of 1'],
  ['by a status that follows from the holder', { status: 'running', filter: { limit: 1 } }, 'r-2 of 2'],
  ['by a value of the input', { inputs: readConditions(['customer.id=2']), filter: { limit: 1 } }, 'r-2 of 2'],
  ['by input and status', { inputs: readConditions(['customer.id=1']), status: 'running' }, ' of 0'],
]

for (const [title, query, expected] of CASES)
  test(`runs are selected: ${title}`, async () => {
    assert.is(await select(query), expected)
  })

test('a value of an input is compared as JSON and as text', () => {
  const holds = (text: string, input: Parameters<typeof holdsFor>[1]): boolean => {
    const [condition] = readConditions([text])
    return condition !== undefined && holdsFor(condition, input)
  }
  assert.ok(holds('id=42', { id: 42 }) && holds('id=42', { id: '42' }))
  assert.ok(holds('tags=["a","b"]', { tags: ['a', 'b'] }))
  assert.not.ok(holds('id=42', { id: 43 }) || holds('id=42', {}) || holds('a.b=1', { a: 1 }) || holds('id=', null))
  assert.throws(() => readConditions(['customer']), /expected path=value/)
})

test('a list says how many there are, and how to see the others', () => {
  assert.is(
    describeShown(20, 1_134, { noun: 'run', which: 'newest' }),
    '20 of 1,134 runs; --all shows them, --limit N the newest N',
  )
  assert.is(describeShown(20, 20, { noun: 'run', which: 'newest' }), '')
})

test('options that contradict each other are refused', () => {
  assert.throws(() => readLimit({ all: true, limit: '3' }, 20), /both --all and --limit are given/)
  assert.equal([readLimit({ all: true }, 20), readLimit({}, 20), readLimit({ limit: '3' }, 20)], [undefined, 20, 3])
  assert.throws(() => readPeriod({ since: '1h', until: '2h' }), /expected a time after --since '1h'/)
  assert.throws(() => readPeriod({ until: 'soon' }), /--until 'soon' is wrong/)
})

test.run()
