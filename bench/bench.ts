/**
 * `npm run bench [-- --json] [--only W4] [--repeats 5] [--profile] [--without-peers]`: what Troupe costs, measured.
 *
 * Each repeat is a process of its own, the workloads in turn and the peers beside them, so that a slow minute of the
 * machine hits all alike. Printed are median, minimum and maximum, and the targets. The peers take part once they are
 * installed (`npm ci` in bench/peers). With `--profile`, one more process a workload says where its time goes.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge } from './judge.ts'
import { profileWorkload } from './profile.ts'
import { type Sample, toRows } from './rows.ts'
import { formatTable } from './table.ts'
import { arePeersInstalled, readVersions } from './versions.ts'
import type { Measured } from './workload.ts'
import { WORKLOADS } from './workloads.ts'

interface Task {
  peer: string
  id: string
}

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    repeats: { type: 'string', default: '5' },
    profile: { type: 'boolean', default: false },
    'without-peers': { type: 'boolean', default: false },
  },
})

const main = (): void => {
  const withPeers = arePeersInstalled() && !options['without-peers']
  const tasks = selectTasks([...ownTasks(), ...(withPeers ? listPeerTasks() : [])])
  const rows = judge(toRows(measureAll(tasks, readRepeats())))
  const versions = readVersions({ withPeers })
  console.log(options.json ? JSON.stringify({ versions, rows }) : formatTable(rows, versions))
  if (options.profile) for (const { peer, id } of tasks) if (peer === 'troupe') console.log(profileWorkload(id))
}

const readRepeats = (): number => {
  const repeats = Number(options.repeats)
  if (Number.isInteger(repeats) && repeats > 0) return repeats
  throw new Error(`'--repeats' is wrong: expected a number above 0, got ${options.repeats}`)
}

const ownTasks = (): Task[] => Object.keys(WORKLOADS).map((id) => ({ peer: 'troupe', id }))

const listPeerTasks = (): Task[] => JSON.parse(runNode(['peers/measure.ts', '--list']))

/** The tasks asked for, grouped by id, so that all sides do the same work at about the same time. */
const selectTasks = (tasks: readonly Task[]): Task[] => {
  const ids = Object.keys(WORKLOADS).filter((id) => options.only?.includes(id) ?? true)
  if (ids.length > 0) return ids.flatMap((id) => tasks.filter((task) => task.id === id))
  throw new Error(`'--only' names no workload: expected one of ${Object.keys(WORKLOADS).join(', ')}`)
}

const measureAll = (tasks: readonly Task[], repeats: number): Sample[] => {
  const samples: Sample[] = []
  for (let repeat = 1; repeat <= repeats; repeat++)
    for (const task of tasks) {
      report(`${task.id} ${task.peer}, repeat ${repeat} of ${repeats}`)
      samples.push({ ...task, ...measure(task) })
    }
  report('')
  return samples
}

const measure = ({ peer, id }: Task): Measured =>
  JSON.parse(runNode(peer === 'troupe' ? ['measure.ts', id] : ['peers/measure.ts', peer, id]))

/** Silences the deprecation warnings of the peers' packages. */
const runNode = ([script = '', ...args]: readonly string[]): string =>
  execFileSync(process.execPath, [NO_DEPRECATION, join(import.meta.dirname, script), ...args], { encoding: 'utf8' })

const NO_DEPRECATION = '--disable-warning=DeprecationWarning'

const report = (text: string): void => {
  if (!options.json && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

main()
