/** Messages to a run count in the order of their arrival, whether a process holds it or not, and each that does not count is noted. */
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { JsonValue } from '../../src/core/json.ts'
import type { JournalRow } from '../../src/store/journal-row.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { InboxMessage } from '../../src/store/store.ts'
import { compileWorkflow } from '../support/compile-workflow.ts'
import { driveRun } from '../support/driven-run.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { ScriptedWorld } from '../support/scripted-world.ts'
import { reportFigure } from './figure.ts'
import { inForm, SEED } from './form.ts'

const SEQUENCES = inForm(200, 1_000)

const test = suite('order of messages')

const WORKFLOW = compileWorkflow(`
steps:
  - id: beside
    parallel:
      one:
        - id: filled
          approve: { title: How much?, form: { amount: integer }, by: [ann, bob] }
          timeout: 3s
          on_error: continue
        - { id: told, wait: { event: go }, timeout: 3s, on_error: continue }
        - { id: plain, approve: { title: Go? }, timeout: 3s, on_error: continue }
      two:
        - id: several
          approve: { title: Both?, form: { amount: integer }, by: [ann, bob, carol], count: 2 }
          timeout: 5s
          on_error: continue
output:
  several: "[steps.several.status, steps.?several.?output.?decisions.orValue([]).map(d, d.by), steps.?several.?error.?message.orValue('')]"
  filled: "steps.filled.status + ' ' + steps.?filled.?output.?by.orValue('none')"
  told: steps.told.status
  plain: "steps.plain.status + ' ' + steps.?plain.?output.?by.orValue('none')"
`)

type Posted = Omit<InboxMessage, 'id'>

const decision = (path: string, by: string, verdict: string, values: JsonValue): Posted => ({
  kind: 'decision',
  body: { path, visit: 1, by, verdict, values },
})

const MESSAGE: fc.Arbitrary<Posted> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom('ann', 'bob', 'carol', 'eve'),
        fc.constantFrom('approved', 'approved', 'approved', 'rejected'),
        fc.constantFrom<JsonValue>({ amount: 1 }, { amount: 2 }, { amount: 'much' }),
      )
      .map(([by, verdict, values]) => decision('several', by, verdict, values)),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom('ann', 'bob', 'eve'),
        fc.constantFrom('approved', 'rejected'),
        fc.constantFrom<JsonValue>({ amount: 1 }, { amount: 'much' }),
      )
      .map(([by, verdict, values]) => decision('filled', by, verdict, values)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('ann', 'eve'), fc.constantFrom('approved', 'rejected'))
      .map(([by, verdict]) => decision('plain', by, verdict, null)),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('go', 'other')
      .map((name): Posted => ({ kind: 'signal', body: { name, data: null, at: '' } })),
  },
  { weight: 1, arbitrary: fc.constant<Posted>({ kind: 'cancel', body: { by: 'ann' } }) },
  { weight: 2, arbitrary: fc.constantFrom('pause', 'unpause').map((kind): Posted => ({ kind, body: { by: 'ann' } })) },
)

/**
 * `kept`: posted while no process holds the run. `live`: read by its lease holder in one go. `single`: one after the other. `killed`:
 * one after the other, each while no process holds the run.
 */
const endWith = async (posted: readonly Posted[], way: 'kept' | 'live' | 'single' | 'killed') => {
  const clock = createManualClock(Date.UTC(2030, 0, 1))
  const store = createMemoryStore({ now: () => clock.now() })
  const messages = posted.map((message, index): InboxMessage => ({ id: `m${index}`, ...message }))
  let left = [...messages]
  const { record, rows } = await driveRun({
    compiled: WORKFLOW,
    world: new ScriptedWorld({ decide: () => 'never' }),
    clock,
    store,
    async onQuiet({ run, watched }) {
      if (left.length === 0) return false
      const isSingle = way === 'single' || way === 'killed'
      const now = isSingle ? left.splice(0, 1) : left
      if (!isSingle) left = []
      if (way === 'live' || way === 'single') run.receive(...now)
      else {
        watched.isDead = true
        for (const message of now) assert.is(await store.post(run.id, message), true)
      }
      return true
    },
  })
  const answers = rows.filter(({ kind }) => ANSWERS.has(kind))
  await store.close()
  return { status: record.status, output: record.output, answers: answers.map(toAnswer) }
}

const ANSWERS: ReadonlySet<JournalRow['kind']> = new Set(['decision', 'signal', 'cancel', 'pause', 'late'])

const toAnswer = ({ kind, path, data }: JournalRow): JsonValue => ({ kind, path, data: data as JsonValue })

test('an accepted approval is not overturned by a later rejection that is kept too, with a form', async () => {
  const approved = decision('filled', 'ann', 'approved', { amount: 1 })
  const rejected = decision('filled', 'bob', 'rejected', null)
  for (const way of ['kept', 'live'] as const) {
    const { output, answers } = await endWith([approved, rejected], way)
    assert.is((output as { filled: string }).filled, 'completed ann', way)
    assert.match(
      JSON.stringify(answers),
      /"kind":"late","path":"filled".*"reason":"nothing is asked here any more"/,
      way,
    )
  }
})

test('a cancel behind a decision with a form waits for it, and one before it makes the decision late', async () => {
  const approved = decision('filled', 'ann', 'approved', { amount: 1 })
  const cancel: Posted = { kind: 'cancel', body: { by: 'eve' } }
  for (const way of ['kept', 'live'] as const) {
    const after = await endWith([approved, cancel], way)
    assert.equal(
      after.answers.map((answer) => (answer as { kind: string }).kind),
      ['decision', 'cancel'],
      way,
    )
    const before = await endWith([cancel, approved], way)
    assert.match(JSON.stringify(before.answers), /"kind":"late".*"reason":"the run had ended"/, way)
  }
})

/** Two different people have approved a step that completed, and fewer one that did not. */
const expectDistinct = ({ output, answers }: Awaited<ReturnType<typeof endWith>>): void => {
  const people = answers.flatMap((answer) => {
    const { kind, path, data } = answer as { kind: string; path: string; data: { verdict: string; by: string } }
    return kind === 'decision' && path === 'several' && data.verdict === 'approved' ? [data.by] : []
  })
  assert.is(new Set(people).size, people.length, people.join())
  assert.ok(people.length <= 2, people.join())
  if (output === null) return
  const [status, decided] = (output as { several: [string, string[]] }).several
  assert.is(status === 'completed', people.length === 2)
  if (status === 'completed') assert.equal(decided, people)
}

test('two of three approve in any order of kills, and a third comes too late', async () => {
  const posted = ['ann', 'ann', 'bob', 'carol'].map((by) => decision('several', by, 'approved', { amount: 1 }))
  for (const way of ['kept', 'live', 'single', 'killed'] as const) {
    const { output, answers } = await endWith(posted, way)
    assert.equal((output as { several: unknown[] }).several, ['completed', ['ann', 'bob'], ''], way)
    assert.equal(
      answers.map((answer) => (answer as { data: { reason?: string } }).data.reason),
      [
        undefined,
        "'ann' has approved it already (1 of 2: ann): expected bob or carol",
        undefined,
        'nothing is asked here any more',
      ],
      way,
    )
  }
})

test('R16 random sequences end the same way kept and live, and the journal answers each message', async () => {
  const counts = { sequences: 0, messages: 0, noted: 0, different: 0 }
  const sequences = fc.array(MESSAGE, { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(sequences, async (posted) => {
      counts.sequences++
      counts.messages += posted.length
      const [kept, live] = [await endWith(posted, 'kept'), await endWith(posted, 'live')]
      assert.equal(kept, live)
      expectDistinct(kept)
      assert.is(kept.answers.length, posted.length, JSON.stringify(kept.answers))
      counts.noted += kept.answers.filter((answer) => (answer as { kind: string }).kind === 'late').length
    }),
    { numRuns: SEQUENCES, seed: SEED },
  )
  reportFigure({ id: 'R16', counts, isKept: counts.sequences === SEQUENCES })
})

test('messages that are read one after the other come to the same end', async () => {
  const sequences = fc.array(MESSAGE, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(sequences, async (posted) => {
      const live = await endWith(posted, 'live')
      for (const way of ['single', 'killed'] as const) {
        const one = await endWith(posted, way)
        assert.equal([one.status, one.output], [live.status, live.output], way)
        expectDistinct(one)
      }
    }),
    { numRuns: 100 },
  )
})

test.run()
