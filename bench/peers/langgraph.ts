/** The same work in LangGraph: a graph of nodes over annotated state, as its documentation shows it. */
import { Annotation, type BaseCheckpointSaver, END, MemorySaver, Send, START, StateGraph } from '@langchain/langgraph'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import Database from 'better-sqlite3'
import { fileOf } from '../stores.ts'
import type { Workloads } from '../workload.ts'
import { measureFile } from '../workloads/database-size.ts'
import type { Runnable } from './durable-work.ts'
import { answer, answerLate } from './model.ts'
import { createPeerWorkloads, type Engine, STEPS, WAIT_MS } from './work.ts'

const Line = Annotation.Root({ text: Annotation<string> })
const Turn = Annotation.Root({ times: Annotation<number>, count: Annotation<number> })
const GrowingTurn = Annotation.Root({
  times: Annotation<number>,
  count: Annotation<number>,
  text: Annotation<string>,
  texts: Annotation<string[]>({ reducer: (texts, added) => [...texts, ...added], default: () => [] }),
})
const Items = Annotation.Root({
  items: Annotation<number[]>,
  texts: Annotation<string[]>({ reducer: (texts, added) => [...texts, ...added], default: () => [] }),
})

type Checkpoints = { checkpointer?: BaseCheckpointSaver }

const line = (options: Checkpoints) => {
  const graph = new StateGraph(Line) as StateGraph<typeof Line.spec, typeof Line.State, typeof Line.Update, string>
  for (let index = 0; index < STEPS; index++)
    graph.addNode(`step_${index}`, async ({ text }: typeof Line.State) => ({ text: await answer(text) }))
  graph.addEdge(START, 'step_0')
  for (let index = 1; index < STEPS; index++) graph.addEdge(`step_${index - 1}`, `step_${index}`)
  graph.addEdge(`step_${STEPS - 1}`, END)
  return graph.compile(options)
}

const loop = (options: Checkpoints) =>
  new StateGraph(Turn)
    .addNode('ask', async ({ count }) => {
      await answer('go on')
      return { count: count + 1 }
    })
    .addEdge(START, 'ask')
    .addConditionalEdges('ask', ({ count, times }) => (count >= times ? END : 'ask'), ['ask', END])
    .compile(options)

const growingLoop = (options: Checkpoints) =>
  new StateGraph(GrowingTurn)
    .addNode('ask', async ({ count, text }) => ({ count: count + 1, texts: [await answer(text)] }))
    .addEdge(START, 'ask')
    .addConditionalEdges('ask', ({ count, times }) => (count >= times ? END : 'ask'), ['ask', END])
    .compile(options)

const fanOut = (options: Checkpoints) =>
  new StateGraph(Items)
    .addNode('ask', async () => ({ texts: [await answerLate('go on', WAIT_MS)] }))
    .addConditionalEdges(START, ({ items }) => items.map((item) => new Send('ask', { item })), ['ask'])
    .addEdge('ask', END)
    .compile(options)

const open = (checkpointer: BaseCheckpointSaver | undefined, close: () => void = () => {}): Runnable => {
  const options = checkpointer === undefined ? {} : { checkpointer }
  const graphs = { line: line(options), loop: loop(options), growing: growingLoop(options), fanOut: fanOut(options) }
  let runs = 0
  const invoke = async (name: keyof typeof graphs, state: object, steps: number): Promise<void> => {
    const configurable = { thread_id: String(++runs) }
    // Every step is durable before the next begins, as Troupe and Mastra do it.
    const durability = checkpointer === undefined ? {} : { durability: 'sync' as const }
    await graphs[name].invoke(state as never, { configurable, recursionLimit: steps + 10, ...durability })
  }
  return {
    line: () => invoke('line', { text: 'start' }, STEPS),
    loop: (times) => invoke('loop', { times, count: 0 }, times),
    growing: (times, text) => invoke('growing', { times, count: 0, text }, times),
    fanOut: (count) => invoke('fanOut', { items: Array.from({ length: count }, (_, index) => index) }, count),
    close: async () => close(),
  }
}

const engine: Engine = {
  peer: 'langgraph',
  durableNote: 'SqliteSaver (WAL, synchronous NORMAL, durability sync)',
  openBare: async () => open(undefined),
  openMemory: async () => open(new MemorySaver()),
  openDurable: async (folder) => {
    const file = fileOf(folder)
    const database = new Database(file)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    const runnable = open(new SqliteSaver(database), () => database.close())
    return { ...runnable, sizeBytes: async () => measureFile(file) }
  },
  oneStep: 'cold-start/langgraph.js',
}

export const LANGGRAPH: Workloads = createPeerWorkloads(engine)
