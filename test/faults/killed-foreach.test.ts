/** A foreach from a file to a file, killed with SIGKILL again and again: each item is once in the results, in order. */
import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts'
import { type RunningProcess, startBuiltCli } from '../support/child-process.ts'
import { createTempFolder } from '../support/temp-folder.ts'
import { reportFigure } from './figure.ts'
import { createDraws, inForm } from './form.ts'

const ITEMS = inForm(1_500, 6_000)
const KILLS = inForm(8, 60)

const FILES = {
  'troupe.config.yaml': 'files: { read: [data], write: [out] }\ndurability: process\n',
  'copy.yaml': `workflow: copy
steps:
  - id: rows
    foreach: { file: items.csv }
    as: row
    concurrency: 20
    on_item_error: skip
    results_to: copy.csv
    yields: "{'n': row.n, 'text': row.text}"
    do: [{ id: a, tool: text.template, with: { template: "n", data: "\${row}" } }]
`,
}

const row = (n: number): string => `${n},"line ${n}\nof ""many"""\n`

const NUMBERS = Array.from({ length: ITEMS }, (_, n) => n)

const test = suite('a foreach over files that is killed')

const WHOLE = `n,text\n${NUMBERS.map(row).join('')}`

/** A bad row behind every hundredth. */
const SOURCE = `n,text\n${NUMBERS.map((n) => `${row(n)}${n % 100 === 50 ? 'bad\n' : ''}`).join('')}`

const onProject = async (play: (project: Project) => Promise<void>): Promise<void> => {
  const folder = createTempFolder({ ...FILES, 'data/items.csv': SOURCE })
  const copy = folder.resolve('out/copy.csv')
  const env = { TROUPE_DB: undefined, FORCE_COLOR: undefined }
  try {
    await play({
      start: (...args) => startBuiltCli([...args, '--json'], { cwd: folder.path, env, timeoutMs: 120_000 }),
      copied: () => (existsSync(copy) ? readFileSync(copy, 'utf8') : ''),
      database: folder.resolve('.troupe/troupe.db'),
    })
  } finally {
    folder.remove()
  }
}

interface Project {
  start(...args: string[]): RunningProcess
  /** The results so far. */
  copied(): string
  database: string
}

/** Kills the process when the file has grown by so much. Returns false when the run has ended before. */
const killAfter = async (process: RunningProcess, { copied }: Project, growth: number): Promise<boolean> => {
  const goal = Math.min(copied().length + growth, WHOLE.length - 1)
  let hasEnded = false
  const ended = process.done.then(() => {
    hasEnded = true
  })
  while (!hasEnded && copied().length <= goal) await new Promise((resolve) => setTimeout(resolve, 2))
  process.kill('SIGKILL')
  await ended
  return (await process.done).signal === 'SIGKILL'
}

const readRun = async (database: string) => {
  const store = await openSqliteStore({ path: database, durability: 'process' })
  try {
    const [run] = await store.listRuns({ limit: 1 })
    const rows = run === undefined ? [] : await store.readJournal(run.id)
    return {
      output: run?.output,
      ids: rows.flatMap((one) => (one.kind === 'outcome' ? [`${one.path}#${one.visit}`] : [])),
    }
  } finally {
    await store.close()
  }
}

test('J3 no page is read again, and each result is in the file once', () =>
  onProject(async (project) => {
    const draw = createDraws('killed foreach')
    const shares: number[] = []
    let process = project.start('run', 'copy.yaml')
    while (shares.length < KILLS && (await killAfter(process, project, draw() * 2 * (WHOLE.length / KILLS)))) {
      shares.push(Math.min(1, project.copied().length / WHOLE.length))
      process = project.start('resume')
    }
    const { exitCode, stderr } = await process.done
    assert.is(exitCode, 0, stderr)
    const { output, ids } = await readRun(project.database)
    const repeated = ids.length - new Set(ids).size
    const counts = { kills_of_file_runs: shares.length, repeated_outcomes: repeated }
    reportFigure({ id: 'R3', counts, isKept: repeated === 0 && project.copied() === WHOLE, shares })
    assert.is(project.copied(), WHOLE)
    assert.equal(output, { count: ITEMS + ITEMS / 100, failed: ITEMS / 100, path: 'copy.csv' })
    assert.is(repeated, 0)
    assert.ok(shares.length > KILLS / 2, `${shares.length} kills`)
  }))

test.run()
