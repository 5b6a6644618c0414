/** The same work in Mastra: workflows of steps with zod schemas, as its documentation shows them. */
import { Mastra } from '@mastra/core/mastra'
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { LibSQLStore } from '@mastra/libsql'
import { z } from 'zod'
import { fileOf } from '../stores.ts'
import type { Workloads } from '../workload.ts'
import { measureFile } from '../workloads/database-size.ts'
import type { Runnable } from './durable-work.ts'
import { answer, answerLate } from './model.ts'
import { createPeerWorkloads, type Engine, STEPS, WAIT_MS } from './work.ts'

const text = z.object({ text: z.string() })
const turn = z.object({ times: z.number(), count: z.number() })
const growingTurn = turn.extend({ text: z.string(), texts: z.array(z.string()) })

const line = () => {
  const step = (index: number) =>
    createStep({
      id: `step_${index}`,
      inputSchema: text,
      outputSchema: text,
      execute: async ({ inputData }) => ({ text: await answer(inputData.text) }),
    })
  let workflow = createWorkflow({ id: 'line', inputSchema: text, outputSchema: text }).then(step(0))
  for (let index = 1; index < STEPS; index++) workflow = workflow.then(step(index))
  return workflow.commit()
}

const loop = () =>
  createWorkflow({ id: 'loop', inputSchema: turn, outputSchema: turn })
    .dountil(
      createStep({
        id: 'ask',
        inputSchema: turn,
        outputSchema: turn,
        execute: async ({ inputData }) => {
          await answer('go on')
          return { ...inputData, count: inputData.count + 1 }
        },
      }),
      async ({ inputData }) => inputData.count >= inputData.times,
    )
    .commit()

const growingLoop = () =>
  createWorkflow({ id: 'growing', inputSchema: growingTurn, outputSchema: growingTurn })
    .dountil(
      createStep({
        id: 'ask',
        inputSchema: growingTurn,
        outputSchema: growingTurn,
        execute: async ({ inputData }) => {
          const texts = [...inputData.texts, await answer(inputData.text)]
          return { ...inputData, texts, count: inputData.count + 1 }
        },
      }),
      async ({ inputData }) => inputData.count >= inputData.times,
    )
    .commit()

const fanOut = () =>
  createWorkflow({ id: 'fan_out', inputSchema: z.array(z.number()), outputSchema: z.array(text) })
    .foreach(
      createStep({
        id: 'ask',
        inputSchema: z.number(),
        outputSchema: text,
        execute: async () => ({ text: await answerLate('go on', WAIT_MS) }),
      }),
      { concurrency: 1000 },
    )
    .commit()

const open = (storage: MastraCompositeStore | undefined): Runnable => {
  const workflows = { line: line(), loop: loop(), growing: growingLoop(), fan_out: fanOut() }
  const mastra = new Mastra({ workflows, logger: false, ...(storage !== undefined && { storage }) })
  const run = async (name: keyof typeof workflows, inputData: unknown): Promise<void> => {
    const started = await mastra.getWorkflow(name).createRun()
    const result = await started.start({ inputData } as never)
    if (result.status !== 'success') throw new Error(`a run ended as ${result.status}`)
  }
  return {
    line: () => run('line', { text: 'start' }),
    loop: (times) => run('loop', { times, count: 0 }),
    growing: (times, added) => run('growing', { times, count: 0, text: added, texts: [] }),
    fanOut: (count) =>
      run(
        'fan_out',
        Array.from({ length: count }, (_, index) => index),
      ),
    close: async () => {},
  }
}

const engine: Engine = {
  peer: 'mastra',
  durableNote: 'libsql file store (WAL, synchronous NORMAL)',
  openBare: async () => open(undefined),
  openMemory: async () => open(new InMemoryStore()),
  openDurable: async (folder) => {
    const file = fileOf(folder)
    const storage = new LibSQLStore({ id: 'bench', url: `file:${file}` })
    await storage.init()
    return { ...open(storage), sizeBytes: async () => measureFile(file) }
  },
  oneStep: 'cold-start/mastra.js',
}

export const MASTRA: Workloads = createPeerWorkloads(engine)
