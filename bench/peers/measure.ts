/**
 * `node bench/peers/measure.ts mastra W4`: one repeat of a peer's work, as JSON; `--list`: who does what. Started by
 * ../bench.ts. A peer is loaded only when it is measured.
 */
import { tuneV8 } from '../../src/cli/tune-v8.ts'
import { hasPostgres } from '../postgres.ts'
import type { Measured, Workloads } from '../workload.ts'
import { hasRestate } from './restate-server.ts'

const PEERS: Readonly<Record<string, () => Promise<Workloads>>> = {
  mastra: async () => (await import('./mastra.ts')).MASTRA,
  langgraph: async () => (await import('./langgraph.ts')).LANGGRAPH,
  dbos: async () => (await import('./dbos.ts')).DBOS_WORK,
  restate: async () => (await import('./restate.ts')).RESTATE,
  xstate: async () => (await import('./xstate.ts')).XSTATE,
}
const WORK: Readonly<Record<string, readonly string[]>> = {
  mastra: ['W1', 'W2', 'W3', 'W4', 'W5', 'W7', 'W8'],
  langgraph: ['W1', 'W2', 'W3', 'W4', 'W5', 'W7', 'W8'],
  dbos: ['W3', 'W4', 'W6', 'W7', 'W8', 'W10', 'W11'],
  restate: ['W3', 'W4', 'W6', 'W7', 'W8', 'W10', 'W11'],
  xstate: ['W1', 'W2'],
}

const measurePeer = async (peer: string, id: string): Promise<Measured> => {
  const workloads = await PEERS[peer]?.()
  const workload = workloads?.[id]
  if (workload === undefined) throw new Error(`'${peer} ${id}' is no work of a peer: see --list`)
  return { note: workload.note, figures: await workload.measure() }
}

const listWork = (): { peer: string; id: string }[] => {
  const missing = [...(hasPostgres() ? [] : ['dbos']), ...(hasRestate() ? [] : ['restate'])]
  const peers = Object.entries(WORK).filter(([peer]) => !missing.includes(peer))
  return peers.flatMap(([peer, ids]) => ids.map((id) => ({ peer, id })))
}

const [first = '', second = ''] = process.argv.slice(2)
if (first === '--list') console.log(JSON.stringify(listWork()))
else {
  tuneV8()
  console.log(JSON.stringify(await measurePeer(first, second)))
  // Some peers leave timers behind that keep the process alive.
  process.exit()
}
