/** Definitions that another release or a writer of the database might store, and how long a server is blocked meanwhile. */
import { fileURLToPath } from 'node:url'
import { hashJson } from '../../src/core/hash.ts'
import { type ServerProcess, type Stage, until } from './stage.ts'

/** Sources that the compiler must judge: each would crash a parser, or slow it down. */
export const HOSTILE: Record<string, string> = {
  'deep brackets': '['.repeat(100_000),
  'deep maps': `steps:\n${Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')}`,
  'an alias bomb': `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}`,
  'too many keys': Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join('\n'),
  'one long line': `workflow: x\nsteps: [{ id: a, set: { v: "${'1+'.repeat(60_000)}1" } }]`,
  'a deep expression': `workflow: x\nsteps: [{ id: a, set: { v: "${'('.repeat(20_000)}1${')'.repeat(20_000)}" } }]`,
  'no text': '',
  zeros: '\u0000'.repeat(1_000),
}

/** To be loaded into the server by `--import`. */
export const PROBE = fileURLToPath(new URL('../support/loop-probe.ts', import.meta.url))

/** Submits an unchecked definition, such as another release might store. */
export const submitHostile = async ({ store }: Stage, source: string): Promise<void> => {
  const hash = hashJson(source)
  await store.saveDefinition({ hash, workflow: 'hostile', file: 'hostile.yaml', source, links: {} })
  const data = { input: {}, lowering: 1, models: {}, env: {} }
  const created = { seq: 1, at: Date.now(), kind: 'created', path: '', visit: 0, data } as const
  await store.submit({ id: `r-${hash.slice(0, 10)}`, workflow: 'hostile', definition: hash, created })
}

export interface Blocked {
  /** The longest block. */
  blockedMs: number
  /** How many turns of the loop were late by up to so many milliseconds: `to_10_ms`; `more` for all longer ones. */
  histogram: Record<string, number>
}

/** Since it was read the last time. */
export const readBlocked = async (server: ServerProcess): Promise<Blocked> => {
  const said = (): RegExpMatchArray[] => [...server.output().stderr.matchAll(/blocked (\d+) ms (\{.*\})/g)]
  const before = said().length
  server.kill('SIGUSR2')
  await until('the probe answers', () => said().length > before)
  const [, ms, histogram = '{}'] = said().at(-1) ?? []
  return { blockedMs: Number(ms), histogram: JSON.parse(histogram) as Record<string, number> }
}
