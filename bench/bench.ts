/**
 * `npm run bench [-- --json] [--only W4] [--repeats 5] [--profile]`: what Troupe costs, measured.
 *
 * Each repeat is a process of its own, the workloads in turn, so that a slow minute of the machine hits all alike. Printed
 * are median, minimum and maximum. With `--profile`, one more process a workload says where its time goes.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { profileWorkload } from './profile.ts'
import type { Figure } from './workload.ts'
import { WORKLOADS } from './workloads.ts'

interface Row {
  id: string
  peer: 'troupe'
  metric: string
  unit: string
  median: number
  min: number
  max: number
  n: number
  note: string
}

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    repeats: { type: 'string', default: '5' },
    profile: { type: 'boolean', default: false },
    measure: { type: 'string' },
  },
})

const main = async (): Promise<void> => {
  if (options.measure !== undefined) return measureHere(options.measure)
  const ids = WORKLOADS.map(({ id }) => id).filter((id) => options.only?.includes(id) ?? true)
  if (ids.length === 0)
    throw new Error(`--only names no workload: expected one of ${WORKLOADS.map(({ id }) => id).join(', ')}`)
  const rows = toRows(measureAll(ids, Number(options.repeats)))
  const versions = { troupe: ownVersion(), node: process.versions.node, v8: process.versions.v8 }
  console.log(options.json ? JSON.stringify({ versions, rows }) : formatTable(rows, versions))
  if (options.profile) for (const id of ids) console.log(profileWorkload(id))
}

const measureHere = async (id: string): Promise<void> => {
  const workload = WORKLOADS.find((candidate) => candidate.id === id)
  console.log(JSON.stringify(await workload?.measure()))
}

const measureAll = (ids: readonly string[], repeats: number): Map<string, Figure[][]> => {
  const measured = new Map<string, Figure[][]>(ids.map((id) => [id, []]))
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const id of ids) {
      if (!options.json) process.stderr.write(`\r${id}, repeat ${repeat + 1} of ${repeats} `)
      const printed = execFileSync(process.execPath, [import.meta.filename, '--measure', id], { encoding: 'utf8' })
      measured.get(id)?.push(JSON.parse(printed))
    }
  if (!options.json) process.stderr.write('\r')
  return measured
}

const toRows = (measured: ReadonlyMap<string, Figure[][]>): Row[] =>
  [...measured].flatMap(([id, repeats]) =>
    (repeats[0] ?? []).map(({ metric, unit }, index) => {
      const values = repeats.map((figures) => figures[index]?.value ?? Number.NaN).sort((a, b) => a - b)
      const [min = 0, max = 0, median = 0] = [values[0], values.at(-1), values[Math.floor(values.length / 2)]]
      const note = WORKLOADS.find((workload) => workload.id === id)?.note ?? ''
      return { id, peer: 'troupe', metric, unit, median, min, max, n: values.length, note }
    }),
  )

const formatTable = (rows: readonly Row[], versions: Record<string, string>): string => {
  const cells = rows.map((row) => [
    row.id,
    row.metric,
    `${round(row.median)} ${row.unit}`,
    `${round(row.min)} to ${round(row.max)}`,
    row.note,
  ])
  const table = [['', 'metric', 'median', 'min to max', 'note'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  const lines = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [
    ...lines,
    '',
    Object.entries(versions)
      .map((entry) => entry.join(' '))
      .join(', '),
  ].join('\n')
}

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2))

const ownVersion = (): string => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

await main()
