import { Agent, request } from 'node:http'
import { toDefinition } from '../../src/runtime/new-run.ts'
import { openWorkflow } from '../opened-workflow.ts'
import { medianOf } from '../rows.ts'
import { ServerProcess } from '../server-process.ts'
import { LINE, STEPS_IN_LINE } from '../sources.ts'
import { DURABLE_NOTE, openDurableStore, withFolder } from '../stores.ts'
import type { Figure } from '../workload.ts'

const WARM_UP = 200
const SUBMISSIONS = 500
const PAUSE_MS = 5

const NOTE = `over one connection, ${PAUSE_MS} ms after the answer before, while the server performs the runs of ${STEPS_IN_LINE} steps; SQLite, ${DURABLE_NOTE}`

/** Time from a request to its 202, one request after the other, while the server performs the runs. */
export const measureHttpSubmit = (): Promise<Figure[]> =>
  withFolder(async (folder) => {
    const store = await openDurableStore(folder)
    const { workflow, close } = openWorkflow(store, LINE)
    const definition = toDefinition(workflow)
    await store.saveDefinition(definition)
    await store.registerWorkflow({ workflow: workflow.name, definition: definition.hash, at: Date.now(), folder })
    await close()
    const server = new ServerProcess(folder, { mostRuns: 1_000, listen: '127.0.0.1:0' })
    const url = await server.url()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const times: number[] = []
    for (let count = 0; count < WARM_UP + SUBMISSIONS; count++) {
      const started = performance.now()
      await submit(`${url}/api/v1/runs`, { agent, body: JSON.stringify({ workflow: workflow.name, input: {} }) })
      times.push(performance.now() - started)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
    agent.destroy()
    await server.kill()
    const sorted = times.slice(WARM_UP).toSorted((a, b) => a - b)
    return [
      { metric: 'HTTP submit to accepted, p50', unit: 'ms', value: medianOf(sorted), note: NOTE },
      {
        metric: 'HTTP submit to accepted, p95',
        unit: 'ms',
        value: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
        note: NOTE,
      },
    ]
  })

const submit = (url: string, { agent, body }: { agent: Agent; body: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => (response.statusCode === 202 ? resolve() : reject(new Error(text))))
    })
    sent.on('error', reject).end(body)
  })
