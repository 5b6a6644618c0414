/**
 * `npm run test:faults`: the fault tests in their whole form, one file after the other, and then what they have measured: each promise
 * with its counts, where the faults fell, and the seed that draws the same again. `npm run test:faults -- timers` runs the files
 * whose path holds this word; `--short` their short form; `--seed N` draws as a former run did; `--db postgres` or `--db sqlite` runs
 * those of one database. Without it the files of on-postgres.ts run on both.
 */
import { globSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ON_POSTGRES, startSharedPostgres } from './on-postgres.ts'
import { runTestFile, type TestFileResult } from './test-file.ts'

/** Beside test/faults: what kills and cuts without processes. */
const ELSEWHERE = ['test/runtime/cut-points.test.ts']

const TIMEOUT_MS = 3_600_000

interface ReportedFigure {
  seed: number
  id: string
  db: string
  counts: Record<string, number>
  isKept: boolean
  /** How many faults fell into each tenth of what they disturbed. */
  tenths?: number[]
  skipped?: string
}

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { short: { type: 'boolean' }, seed: { type: 'string' }, db: { type: 'string' } },
  })
  if (values.short !== true) process.env.TROUPE_FAULTS = 'whole'
  if (values.seed !== undefined) process.env.TROUPE_FAULTS_SEED = values.seed
  const files = [...globSync('test/faults/*.test.ts'), ...ELSEWHERE]
    .filter((file) => positionals.length === 0 || positionals.some((word) => file.includes(word)))
    .sort()
  const results: TestFileResult[] = []
  // One after the other: how long something takes is a part of what is promised.
  if (values.db !== 'postgres') for (const file of files) results.push(await run(file))
  const both = values.db === 'sqlite' ? [] : files.filter((file) => ON_POSTGRES.includes(file))
  const env = both.length === 0 ? undefined : await startSharedPostgres()
  if (env !== undefined) for (const file of both) results.push(await run(file, env))
  const figures = results.flatMap(({ output }) => readFigures(output)).sort(byId)
  console.log(`\n${figures.map(formatFigure).join('\n')}`)
  for (const figure of figures) if (figure.tenths !== undefined) console.log(`\n${formatHistogram(figure)}`)
  const failed = results.reduce((total, result) => total + result.failed, 0)
  console.log(`\n${results.reduce((total, { passed }) => total + passed, 0)} passed, ${failed} failed`)
  // The shared server ends with the process.
  process.exit(failed === 0 && results.length > 0 ? 0 : 1)
}

const run = async (file: string, env: Readonly<Record<string, string>> = {}): Promise<TestFileResult> => {
  const result = await runTestFile(file, { timeoutMs: TIMEOUT_MS, env })
  const { problem, passed, durationMs, output } = result
  console.log(
    `${problem === undefined ? 'ok  ' : 'FAIL'}  ${(durationMs / 1000).toFixed(1).padStart(7)} s  ${file}${env.TROUPE_TEST_DB === undefined ? '' : ' on Postgres'} (${passed})`,
  )
  if (problem !== undefined) console.log(`${problem}\n${output}`)
  return result
}

const readFigures = (output: string): ReportedFigure[] =>
  [...output.matchAll(/figure (\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json) as ReportedFigure)

const byId = (a: ReportedFigure, b: ReportedFigure): number =>
  Number(a.id.slice(1)) - Number(b.id.slice(1)) || (a.db < b.db ? 1 : a.db > b.db ? -1 : 0)

const formatFigure = ({ id, db, seed, counts, isKept, skipped }: ReportedFigure): string => {
  const said = Object.entries(counts).map(([name, count]) => `${name} ${formatCount(count)}`)
  const verdict = skipped === undefined ? (isKept ? 'kept' : 'BROKEN') : `not measured: ${skipped}`
  return `${id.padEnd(4)} ${db.padEnd(8)} ${verdict.padEnd(7)} ${said.join(', ')} (seed ${seed})`
}

const formatCount = (count: number): string =>
  Number.isInteger(count) ? count.toLocaleString('en-US') : count.toFixed(1)

const formatHistogram = ({ id, db, tenths = [] }: ReportedFigure): string => {
  const total = tenths.reduce((sum, count) => sum + count, 0)
  const lines = tenths.map((count, tenth) => {
    const bar = '#'.repeat(Math.ceil((count * 40) / Math.max(1, total)))
    return `  ${String(tenth * 10).padStart(3)} % ${bar} ${count}`
  })
  return `where the ${total} faults of ${id} on ${db} fell\n${lines.join('\n')}`
}

await main()
