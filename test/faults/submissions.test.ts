/** R1, R2: an acknowledged run exists and ends, once, whether servers or submitters are killed meanwhile. */
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type RunningProcess, startProcess } from '../support/child-process.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'
import { onStage, type Stage, until } from './stage.ts'

const SUBMISSIONS = inForm(600, 10_000)
const KILLS = inForm(12, 200)
const SUBMITTERS = 2
const SERVERS = 2

const SUBMIT_CHILD = fileURLToPath(new URL('../support/submit-child.ts', import.meta.url))

const WORKFLOW = `workflow: counted
input: { n: integer }
steps: [{ id: twice, set: { n: "input.n * 2" } }]
output: steps.twice.output.n
`

const test = suite('submissions')

test('R1 what was acknowledged is never lost, though servers and submitters are killed', () =>
  onStage({ 'counted.yaml': WORKFLOW }, async (stage) => {
    const draw = createDraws('R1')
    const shares: number[] = []
    let intact = 0
    const crowd = createCrowd(stage)
    await crowd.start()
    for (let kill = 0; kill < KILLS; kill++) {
      const due = Math.floor(((kill + draw()) / KILLS) * SUBMISSIONS)
      await until('submissions go on', () => crowd.acknowledged.size >= due, { everyMs: 2 })
      await crowd.killOne(draw())
      shares.push(crowd.acknowledged.size / SUBMISSIONS)
      if (await stage.isIntact()) intact++
    }
    await until('all is submitted', () => crowd.acknowledged.size === SUBMISSIONS)
    const { store } = stage
    await until('all runs end', async () => (await store.listRuns({ status: 'running', limit: 1 })).length === 0, {
      everyMs: 200,
      withinMs: 300_000,
    })
    const runs = new Map((await store.listRuns()).map((run) => [run.id, run]))
    const lost = [...crowd.acknowledged].filter(([n, id]) => runs.get(id)?.output !== n * 2).length
    const counts = { submissions: SUBMISSIONS, kills: KILLS, lost, twice: runs.size - SUBMISSIONS, intact }
    reportFigure({ id: 'R1', counts, isKept: lost === 0 && intact === KILLS, shares })
    assert.is(lost, 0)
    assert.is(runs.size, SUBMISSIONS, 'a submission counts once, however often it is repeated')
    assert.is(intact, KILLS, 'kills after which the database was whole')
  }))

/** Servers and submitters; each that is killed has a successor, which begins with the unacknowledged submissions. */
const createCrowd = (stage: Stage) => {
  const acknowledged = new Map<number, string>()
  const members: { process: RunningProcess; begin: () => Promise<RunningProcess> }[] = []
  const share = SUBMISSIONS / SUBMITTERS
  const submitter = (which: number) => async (): Promise<RunningProcess> => {
    const [from, to] = [which * share, (which + 1) * share]
    let next = from
    while (next < to && acknowledged.has(next)) next++
    const command = [process.execPath, SUBMIT_CHILD, stage.database, stage.folder.resolve('counted.yaml')]
    const child = startProcess([...command, String(next), String(to)], { timeoutMs: 3_600_000 })
    takeAnswers(child, acknowledged)
    return child
  }
  const begins = [
    ...Array.from({ length: SUBMITTERS }, (_, which) => submitter(which)),
    ...Array.from({ length: SERVERS }, () => () => stage.serve()),
  ]
  return {
    acknowledged,
    async start(): Promise<void> {
      for (const begin of begins) members.push({ process: await begin(), begin })
    },
    async killOne(draw: number): Promise<void> {
      const chosen = members[Math.floor(draw * members.length)]
      if (chosen === undefined) throw new Error('no process to kill')
      await stage.kill(chosen.process)
      chosen.process = await chosen.begin()
    },
  }
}

const takeAnswers = ({ child }: RunningProcess, acknowledged: Map<number, string>): void => {
  let text = ''
  child.stdout?.on('data', (piece: string) => {
    const lines = (text + piece).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const [, n, id] = /^(?:created|existing) (\d+) (\S+)$/.exec(line) ?? []
      if (id !== undefined) acknowledged.set(Number(n), id)
    }
  })
}

test('R2 a hundred at once with one key are one run, and another body under it is a conflict', () =>
  onStage({ 'counted.yaml': WORKFLOW, 'other.yaml': WORKFLOW }, async ({ database, folder, store }) => {
    const submit = (name: string, count: number) => {
      const command = [process.execPath, SUBMIT_CHILD, database, folder.resolve(name), '0', String(count), 'the-key']
      return startProcess(command).done
    }
    const answers = (await Promise.all([25, 25, 25, 25].map((count) => submit('counted.yaml', count)))).flatMap(
      ({ stdout }) => stdout.trim().split('\n'),
    )
    const runs = await store.listRuns()
    folder.write('other.yaml', WORKFLOW.replace('* 2', '* 3'))
    const other = await submit('other.yaml', 1)
    const equal = answers.filter((answer) => answer.endsWith(` ${runs[0]?.id}`)).length
    const isConflict = other.stdout.startsWith('conflict ')
    const counts = {
      submissions: answers.length,
      runs: runs.length,
      equal_answers: equal,
      conflicts: Number(isConflict),
    }
    reportFigure({ id: 'R2', counts, isKept: runs.length === 1 && equal === 100 && isConflict })
    assert.is(answers.length, 100)
    assert.is(runs.length, 1)
    assert.is(equal, 100)
    assert.is(answers.filter((answer) => answer.startsWith('created ')).length, 1)
    assert.ok(isConflict, other.stdout + other.stderr)
    assert.is((await store.listRuns()).length, 1)
  }))

test.run()
