/** A question inside a foreach inside a branch inside a child run, asked by a server that is killed, and killed again. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isFault } from '../../src/core/fault.ts'
import { decide } from '../../src/service/control/decide.ts'
import { listFamilyApprovals } from '../../src/service/control/open-approvals.ts'
import type { OpenApproval } from '../../src/store/approval-record.ts'
import type { RunRecord } from '../../src/store/store.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'
import { onStage, type Stage, until } from './stage.ts'

const ROUNDS = inForm(1, 10)

const files = (timeout: string): Record<string, string> => ({
  'child.yaml': `workflow: child
steps:
  - id: both
    parallel:
      asking:
        - id: each
          foreach: "['x', 'y']"
          as: item
          yields: "steps.?said.?output.?by.orValue(steps.?late.?output.?by.orValue(''))"
          do:
            - { id: ask, approve: { title: "\${item}?" }, timeout: ${timeout}, on_error: { timeout: late } }
            - { id: said, set: { by: "steps.ask.output.by" }, next: end }
            - { id: late, set: { by: "'no_one'" } }
      beside: [{ id: nap, wait: { for: 100ms } }]
output: steps.each.output
`,
  'parent.yaml': `workflow: parent
steps: [{ id: call, workflow: ./child.yaml, with: {} }]
output: steps.call.output
`,
})

interface Asked {
  id: string
  approvals: OpenApproval[]
}

/** The questions of a new run, which has lost two servers since. */
const askOverDeaths = async (stage: Stage, draw: () => number): Promise<Asked> => {
  const id = await stage.submit(stage.compile('parent.yaml'))
  const open = async (): Promise<OpenApproval[]> => listFamilyApprovals(stage.store, id)
  const first = await stage.serve()
  await until('both are asked', async () => (await open()).length === 2)
  await pause(draw() * 500)
  await stage.kill(first)
  const second = await stage.serve()
  await pause(draw() * 2_000)
  await stage.kill(second)
  await stage.serve()
  return { id, approvals: await open() }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const ended = async (stage: Stage, id: string): Promise<RunRecord> => {
  await until('it ends', async () => (await stage.record(id)).status !== 'running')
  return stage.record(id)
}

const countDecisions = async ({ store }: Stage, { approvals }: Asked): Promise<number> => {
  const rows = await store.readJournal(approvals[0]?.runId ?? '')
  return rows.filter(({ kind }) => kind === 'decision').length
}

const test = suite('a question deep in a run, whose server was killed twice')

test('ends the run correctly when it is decided', async () => {
  const draw = createDraws('decided')
  for (let round = 0; round < ROUNDS; round++)
    await onStage(files('1h'), async (stage) => {
      const asked = await askOverDeaths(stage, draw)
      assert.equal(asked.approvals.map(({ path }) => path).sort(), ['each[0]/ask', 'each[1]/ask'])
      for (const [index, approval] of asked.approvals.entries())
        await decide(stage.store, approval, { verdict: 'approved', by: ['ann', 'bob'][index] ?? '' })
      const { status, output } = await ended(stage, asked.id)
      assert.is(status, 'completed')
      const expected = asked.approvals.map(({ path }, index) => [path, ['ann', 'bob'][index]])
      assert.equal(
        output,
        expected.sort().map(([, by]) => by),
      )
      assert.is(await countDecisions(stage, asked), 2)
    })
})

test('ends the run correctly when no decision comes in time', () =>
  onStage(files('7s'), async (stage) => {
    const asked = await askOverDeaths(stage, createDraws('timeout'))
    const { status, output, createdAt, endedAt } = await ended(stage, asked.id)
    assert.is(status, 'completed')
    assert.equal(output, ['no_one', 'no_one'])
    assert.ok((endedAt ?? 0) - createdAt >= 7_000)
  }))

test('ends the run correctly when two decide at once: the first counts, the other is told', async () => {
  const draw = createDraws('two')
  const found = { questions: 0, decisions: 0, refused: 0 }
  for (let round = 0; round < ROUNDS; round++)
    await onStage(files('1h'), async (stage) => {
      const asked = await askOverDeaths(stage, draw)
      const said = ['ann', 'bob'].flatMap((by) =>
        asked.approvals.map((approval) =>
          decide(stage.store, approval, { verdict: 'approved', by, waitMs: 20_000 }).then(
            ({ kind }) => ({ by, path: approval.path, end: kind as string }),
            (fault: unknown) => ({ by, path: approval.path, end: isFault(fault) ? fault.code : String(fault) }),
          ),
        ),
      )
      const answers = await Promise.all(said)
      const { output } = await ended(stage, asked.id)
      const counted = answers.filter(({ end }) => end === 'counted')
      assert.equal(counted.map(({ path }) => path).sort(), ['each[0]/ask', 'each[1]/ask'], JSON.stringify(answers))
      assert.equal(
        output,
        counted.sort((a, b) => (a.path < b.path ? -1 : 1)).map(({ by }) => by),
      )
      found.questions += 2
      found.decisions += await countDecisions(stage, asked)
      found.refused += answers.filter(({ end }) => end === 'conflict').length
    })
  assert.equal(found, { questions: 2 * ROUNDS, decisions: 2 * ROUNDS, refused: 2 * ROUNDS })
  reportFigure({ id: 'R3', counts: { ...found }, isKept: true })
})

test.run()
