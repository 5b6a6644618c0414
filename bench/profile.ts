/** Where a workload's time goes: V8's CPU profile of one repeat, its own time summed up by part of the system. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[]
  samples: number[]
  timeDeltas: number[]
}

export const profileWorkload = (id: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-profile-'))
  try {
    const measure = join(import.meta.dirname, 'measure.ts')
    execFileSync(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${folder}`, measure, id])
    const file = readdirSync(folder)[0] ?? ''
    return summarise(id, JSON.parse(readFileSync(join(folder, file), 'utf8')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const summarise = (id: string, { nodes, samples, timeDeltas }: CpuProfile): string => {
  const partOf = new Map(nodes.map(({ id: node, callFrame }) => [node, toPart(callFrame)]))
  const times = new Map<string, number>()
  samples.forEach((node, index) => {
    const part = partOf.get(node) ?? '?'
    if (part !== 'idle') times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0))
  })
  const total = [...times.values()].reduce((sum, time) => sum + time, 0)
  const lines = [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 14)
    .map(([part, time]) => `  ${((time / total) * 100).toFixed(1).padStart(5)} %  ${part}`)
  return [`\n${id}: own time by part, start-up and warm-up included`, ...lines].join('\n')
}

/** `src/runtime`, `xstate`, `node:internal`, … */
const toPart = ({ functionName, url }: { functionName: string; url: string }): string => {
  if (functionName === '(idle)') return 'idle'
  if (functionName.startsWith('(')) return functionName
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (name !== undefined) return name
  const [, own] = /\/((?:src|bench)\/[^/]+)\//.exec(url) ?? []
  if (own !== undefined) return own
  return url.startsWith('node:') ? 'node' : url === '' ? 'native code' : 'bench'
}
