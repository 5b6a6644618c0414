/** Starts a query without end, and prints the process id of its worker once the query runs. */
import { WORKERS } from '../../src/actors/worker-pool/worker-pool.ts'

const ask = (query: string) =>
  ({
    name: 'json.query',
    params: { query, timeMs: 60_000, eval: false },
    body: Buffer.from('{}'),
    timeMs: 60_000,
    subject: "'query'",
    advice: '',
  }) as const

const { signal } = new AbortController()
await WORKERS.run(ask('1'), signal)
const running = WORKERS.run(ask('($f := function($x) { $f($x + 1) }; $f(1))'), signal)
console.log(`worker ${WORKERS.processIds[0]}`)
await running
