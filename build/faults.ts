/**
 * `npm run test:faults`: the fault tests in their whole form, one file after the other, and then what they have measured: each promise
 * with its counts, where the faults fell, and the seed that draws the same again. `npm run test:faults -- timers` runs the files
 * whose path holds this word; `--short` their short form; `--seed N` draws as a former run did; `--db postgres` or `--db sqlite` runs
 * those of one database. Without it the files of on-postgres.ts run on both. `--table` prints the figures of both databases side by
 * side, in Markdown.
 */
import { globSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { formatFigure, formatHistogram, formatTable, readFigures, sortFigures } from './fault-figures.ts'
import { ON_POSTGRES, startSharedPostgres } from './on-postgres.ts'
import { runTestFile, type TestFileResult } from './test-file.ts'

/** Beside test/faults: what kills and cuts without processes. */
const ELSEWHERE = ['test/runtime/cut-points.test.ts']

const TIMEOUT_MS = 3_600_000

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: 'boolean' },
      seed: { type: 'string' },
      db: { type: 'string' },
      table: { type: 'boolean' },
    },
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
  const figures = sortFigures(results.flatMap(({ output }) => readFigures(output)))
  console.log(`\n${values.table === true ? formatTable(figures) : figures.map(formatFigure).join('\n')}`)
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

await main()
